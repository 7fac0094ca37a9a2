/*
 * A stand-in for the five functions of libSystem that berth calls, so that the reader of macOS runs on every system:
 * it answers from the records in the directory FIXTURES as the man pages say, sysctl(3), getsid(2) and getfsstat(2).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copy a record out as sysctl does: never more than there is room for, and how much it was. */
static int answer(const char *file, void *old, size_t *size) {
  char path[4096];
  static char bytes[4096];
  snprintf(path, sizeof path, "%s/%s", getenv("FIXTURES"), file);
  FILE *stream = fopen(path, "rb");
  if (!stream) return -1;
  size_t length = fread(bytes, 1, sizeof bytes, stream);
  fclose(stream);
  if (length > *size) {
    errno = ENOMEM;
    return -1;
  }
  memcpy(old, bytes, length);
  *size = length;
  return 0;
}

int sysctl(const int *name, unsigned count, void *old, size_t *size, const void *new, size_t new_size) {
  if (new || new_size) return -1;
  if (count == 4 && name[0] == 1 && name[1] == 14 && name[2] == 1) {
    if (name[3] == 501) return answer("kinfo-proc.bin", old, size);
    if (name[3] == 502) return answer("kinfo-proc-gone.bin", old, size);
    *size = 0; /* as it answers for a process that is not there */
    return 0;
  }
  if (count == 3 && name[0] == 1 && name[1] == 49 && name[2] == 501) return answer("procargs2.bin", old, size);
  errno = EINVAL;
  return -1;
}

int sysctlbyname(const char *name, void *old, size_t *size, const void *new, size_t new_size) {
  static const char boot[] = "5D2D8E9A-1C0B-4E0F-8B43-3D0A1E8C5F60";
  static const char machine[] = "9B1F7C52-6E3D-4A0C-9D11-2C7E5A904B3F";
  const char *value = !strcmp(name, "kern.bootsessionuuid") ? boot : !strcmp(name, "kern.uuid") ? machine : NULL;
  if (new || new_size || !value || *size < sizeof boot) return -1;
  memcpy(old, value, sizeof boot);
  *size = sizeof boot;
  return 0;
}

/* Two file systems, as getfsstat(2) lays them out: struct statfs has 2168 bytes, f_mntonname stands at 88. */
static int mounts(char *table, int size, int flags) {
  static const char *const points[] = {"/", "/Users/me/project/.worktrees/a b"};
  if (flags != 2) return -1;
  int count = 0;
  for (; count < 2 && (count + 1) * 2168 <= size; count++) {
    memset(table + count * 2168, 0, 2168);
    strcpy(table + count * 2168 + 88, points[count]);
    strcpy(table + count * 2168 + 1112, "/dev/disk3s1");
  }
  return count;
}

int getfsstat(char *table, int size, int flags) { return mounts(table, size, flags); }
int getfsstat64(char *table, int size, int flags) __asm__("getfsstat$INODE64");
int getfsstat64(char *table, int size, int flags) { return mounts(table, size, flags); }

int getsid(int pid) { return pid == 501 ? 500 : -1; }
