/*
 * launch [KIND...] OUTPUT COMMAND...: start a command as agents and editors do, wait for it, and exit with its status.
 *
 * KIND   --no-window     CREATE_NO_WINDOW: a console without a window
 *        --detached      DETACHED_PROCESS: no console
 *        --new-group     CREATE_NEW_PROCESS_GROUP
 *        --new-console   CREATE_NEW_CONSOLE
 *        --inherit       standard input and standard error stay ours (Python's check_output); else NUL and OUTPUT
 *        --no-handles    no standard handles are given; the command writes where it likes
 *        --orphan        do not wait: the command outlives us
 *        --hang          stop for good once the command is started; somebody has to kill us
 * OUTPUT the file that standard output is appended to; `-` for our own
 */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

static HANDLE open_inherited(const wchar_t *name, DWORD access, DWORD disposition) {
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  return CreateFileW(name, access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inherited, disposition, 0, NULL);
}

/* Quote as the C runtime splits: every argument in quotes, backslashes before a quote doubled. */
static void append(wchar_t *line, const wchar_t *argument) {
  wchar_t *end = line + wcslen(line);
  int plain = *argument && !wcspbrk(argument, L" \t\"");
  if (end != line) *end++ = L' ';
  if (!plain) *end++ = L'"';
  for (const wchar_t *c = argument; *c; c++) {
    if (*c == L'"') *end++ = L'\\';
    *end++ = *c;
  }
  if (!plain) *end++ = L'"';
  *end = 0;
}

int wmain(int argc, wchar_t **argv) {
  STARTUPINFOW startup = {.cb = sizeof startup};
  PROCESS_INFORMATION child;
  static wchar_t line[32768];
  DWORD flags = 0, status = 1;
  int at = 1, inherit = 0, handles = 1, wait = 1, hang = 0;

  for (; at < argc && !wcsncmp(argv[at], L"--", 2); at++) {
    if (!wcscmp(argv[at], L"--no-window")) flags |= CREATE_NO_WINDOW;
    else if (!wcscmp(argv[at], L"--detached")) flags |= DETACHED_PROCESS;
    else if (!wcscmp(argv[at], L"--new-group")) flags |= CREATE_NEW_PROCESS_GROUP;
    else if (!wcscmp(argv[at], L"--new-console")) flags |= CREATE_NEW_CONSOLE;
    else if (!wcscmp(argv[at], L"--inherit")) inherit = 1;
    else if (!wcscmp(argv[at], L"--no-handles")) handles = 0;
    else if (!wcscmp(argv[at], L"--orphan")) wait = 0;
    else if (!wcscmp(argv[at], L"--hang")) hang = 1;
    else return 2;
  }
  if (at + 1 >= argc) return 2;

  HANDLE output = GetStdHandle(STD_OUTPUT_HANDLE);
  if (wcscmp(argv[at], L"-")) output = open_inherited(argv[at], FILE_APPEND_DATA | SYNCHRONIZE, OPEN_ALWAYS);
  if (handles) {
    startup.dwFlags = STARTF_USESTDHANDLES;
    startup.hStdInput = inherit ? GetStdHandle(STD_INPUT_HANDLE) : open_inherited(L"NUL", GENERIC_READ, OPEN_EXISTING);
    startup.hStdOutput = output;
    startup.hStdError = inherit ? GetStdHandle(STD_ERROR_HANDLE) : output;
  }
  for (at++; at < argc; at++) append(line, argv[at]);
  if (!CreateProcessW(NULL, line, NULL, NULL, handles, flags, NULL, NULL, &startup, &child)) {
    fwprintf(stderr, L"launch: error %lu for %ls\n", GetLastError(), line);
    return 3;
  }
  if (!wait) return 0;
  if (hang) SuspendThread(GetCurrentThread());
  WaitForSingleObject(child.hProcess, INFINITE);
  GetExitCodeProcess(child.hProcess, &status);
  return (int)status;
}
