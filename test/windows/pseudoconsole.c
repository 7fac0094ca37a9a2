/*
 * pseudoconsole OUTPUT COMMAND...: run a command in a pseudoconsole of its own, as terminals and some agents do
 * (node-pty), write what it shows to the file OUTPUT, and exit with its status.
 */
#define _WIN32_WINNT 0x0A00
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

typedef HRESULT(WINAPI *CreateFn)(COORD, HANDLE, HANDLE, DWORD, void **);
typedef void(WINAPI *CloseFn)(void *);

static HANDLE screen, file;

static DWORD WINAPI copy(void *unused) {
  char bytes[4096];
  DWORD got, written;
  (void)unused;
  while (ReadFile(screen, bytes, sizeof bytes, &got, NULL) && got > 0) WriteFile(file, bytes, got, &written, NULL);
  return 0;
}

int wmain(int argc, wchar_t **argv) {
  HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
  CreateFn create = (CreateFn)(void *)GetProcAddress(kernel, "CreatePseudoConsole");
  CloseFn close = (CloseFn)(void *)GetProcAddress(kernel, "ClosePseudoConsole");
  HANDLE input_read, input_write, output_write, copier;
  void *console;
  COORD size = {200, 50};
  SIZE_T bytes = 0;
  STARTUPINFOEXW startup = {.StartupInfo = {.cb = sizeof startup}};
  PROCESS_INFORMATION child;
  static wchar_t line[32768];
  DWORD status = 1;

  if (argc < 3 || !create || !close) return 2;
  file = CreateFileW(argv[1], GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL);
  if (!CreatePipe(&input_read, &input_write, NULL, 0) || !CreatePipe(&screen, &output_write, NULL, 0)) return 3;
  if (FAILED(create(size, input_read, output_write, 0, &console))) return 3;
  CloseHandle(input_read);
  CloseHandle(output_write);
  copier = CreateThread(NULL, 0, copy, NULL, 0, NULL);

  InitializeProcThreadAttributeList(NULL, 1, 0, &bytes);
  startup.lpAttributeList = HeapAlloc(GetProcessHeap(), 0, bytes);
  InitializeProcThreadAttributeList(startup.lpAttributeList, 1, 0, &bytes);
  UpdateProcThreadAttribute(startup.lpAttributeList, 0, 0x20016 /* PSEUDOCONSOLE */, console, sizeof console, NULL, NULL);


  for (int at = 2; at < argc; at++) {
    if (at > 2) wcscat(line, L" ");
    wcscat(line, argv[at]);
  }
  if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &startup.StartupInfo,
                      &child)) {
    fwprintf(stderr, L"pseudoconsole: error %lu for %ls\n", GetLastError(), line);
    return 3;
  }
  WaitForSingleObject(child.hProcess, INFINITE);
  GetExitCodeProcess(child.hProcess, &status);
  close(console);
  WaitForSingleObject(copier, 5000);
  return (int)status;
}
