/** As strerror(3) calls EROFS: a sandbox mostly shows the file system so. */
export const READ_ONLY = "Read-only file system";
