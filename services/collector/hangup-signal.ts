/**
 * SIGHUP to a service means: look again at what may have changed. To who runs in a terminal it means that the terminal has gone.
 */
export function onHangup(lookAgain: () => void): void {
  process.on("SIGHUP", () => {
    if (process.stderr.isTTY) process.kill(process.pid, "SIGTERM");
    else lookAgain();
  });
}
