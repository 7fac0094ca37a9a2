/** What starts `berth publish --follow` at login, as the system has it: to be saved where its first lines say. */
export function unitFor(platform: string, program: string): string {
  if (platform === "win32") {
    return `schtasks /Create /SC ONLOGON /TN "berth publish" /TR "\\"${program}\\" publish --follow"\n`;
  }
  if (platform === "darwin") return launchd(program);
  return `# ~/.config/systemd/user/berth-publish.service; then: systemctl --user enable --now berth-publish
[Unit]
Description=Publish the sessions of this machine

[Service]
ExecStart="${program.replaceAll("%", "%%")}" publish --follow
Restart=always
RestartSec=15

[Install]
WantedBy=default.target
`;
}

const launchd = (program: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!-- ~/Library/LaunchAgents/berth.publish.plist; then: launchctl load -w ~/Library/LaunchAgents/berth.publish.plist -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key><string>berth.publish</string>
<key>ProgramArguments</key><array><string>${program.replaceAll("&", "&amp;")}</string>
<string>publish</string><string>--follow</string></array>
<key>KeepAlive</key><true/>
</dict></plist>
`;
