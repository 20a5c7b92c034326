const roles = ['all', 'api', 'worker'] as const

/**
 * What a process does of the gateway's work on a shared database. `api` answers tills and shops; `worker` asks the issuers
 * and does what nobody waits for; `all` does both.
 */
export type Role = (typeof roles)[number]

export function parseRole(text: string): Role | null {
  return roles.find((role) => role === text) ?? null
}
