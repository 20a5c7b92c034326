/**
 * Loaded before each program of the stack (`node --import`): when the supervisor is gone, by whatever end, the channel
 * to it closes and this process ends as if it had been told to, so that nothing holds a port of the next start.
 */
const STOP_MS = 8_000

process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), STOP_MS).unref()
})
// The channel alone must not keep a program alive that wants to end.
process.channel?.unref()
