/*
 * hold FILE MILLISECONDS: keep a file open that exists, as a virus scanner does, so that nobody else can open it;
 * writes `held` once it is open.
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

int wmain(int argc, wchar_t **argv) {
  if (argc != 3) return 2;
  HANDLE file = CreateFileW(argv[1], GENERIC_READ, 0, NULL, OPEN_EXISTING, 0, NULL);
  if (file == INVALID_HANDLE_VALUE) return 3;
  puts("held");
  fflush(stdout);
  Sleep(_wtoi(argv[2]));
  return 0;
}
