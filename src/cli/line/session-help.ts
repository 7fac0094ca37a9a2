/** How help explains an argument SESSION. */
export const SESSION_HELP =
  "SESSION is an ID, a name, PROJECT/NAME, a label, or the first 4 or more characters of an ID or of what stands behind its --";
