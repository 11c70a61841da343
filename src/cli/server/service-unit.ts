import { exitCodes } from "../command.ts";

/** What a unit is made of; paths are absolute. */
export type UnitWords = {
  readonly program: string;
  readonly user: string;
  readonly config: string;
  readonly data: string;
  /** Further directories that the service writes into. */
  readonly writable: readonly string[];
  /** The version of systemd that will read it; not known when absent. */
  readonly systemd?: number;
};

/** From this version on a unit may say where its own process goes: without that, no restart over living tools would be possible. */
const firstWithSubgroups = 254;
const delegation = `
# The kernel holds tools to their memory and cores.
Delegate=yes
DelegateSubgroup=heddle-server
`;

/**
 * Formats a unit of systemd for the service. What would break the sandbox of tools is left out: it mounts a /proc of its own,
 * which the kernel refuses where parts of the outer one are hidden (ProtectKernelTunables, ProtectKernelLogs, ProtectProc).
 */
export function unitText({ program, user, config, data, writable, systemd = 0 }: UnitWords): string {
  return `[Unit]
Description=Heddle, an OGC API - Processes server
After=network-online.target
Wants=network-online.target
# It is started anew until it succeeds, however often it failed before: what it lacks may come back.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${program} serve --config ${config} --data ${data}
ExecReload=/bin/kill -HUP $MAINPID
User=${user}
WorkingDirectory=${data}
UMask=0027

# Tools live on while the service is stopped or replaced, and it takes them up again.
KillMode=process
Restart=on-failure
RestartSec=2
# Flags or settings that only a person can put right.
RestartPreventExitStatus=${exitCodes.usage} ${exitCodes.invalidInput}
TimeoutStartSec=300
TimeoutStopSec=60
WatchdogSec=120
LimitNOFILE=65536
${systemd < firstWithSubgroups ? "" : delegation}
# The system is read-only for the service and its tools, but for these directories.
ProtectSystem=strict
ReadWritePaths=${[data, ...writable].join(" ")}
ProtectHome=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictSUIDSGID=yes
RestrictRealtime=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
LockPersonality=yes
ProtectKernelModules=yes
SystemCallArchitectures=native
SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
