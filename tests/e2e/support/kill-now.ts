import type { BareStack } from './bare-stack.ts'

/** SIGKILL. False where there is nothing to kill in this moment. */
export function killNow(
  stack: BareStack,
  victim: 'gateway-0' | 'gateway-1' | 'postgres',
  gateways: readonly { readonly name: string; readonly pid: number | undefined }[],
): boolean {
  const pid =
    victim === 'postgres' ? stack.postmasterPid() : gateways.find(({ name }) => name === victim)?.pid
  if (pid === undefined) return false
  try {
    process.kill(pid, 'SIGKILL')
    return true
  } catch {
    return false
  }
}
