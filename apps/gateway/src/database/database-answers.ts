import type { Pool } from 'pg'

const WITHIN_MS = 2_000

/** One question that needs no table. False when it is refused, or not answered within two seconds. */
export async function databaseAnswers(pool: Pool): Promise<boolean> {
  const late = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => late.resolve(false), WITHIN_MS)
  const asked = pool.query('select 1').then(
    () => true,
    () => false,
  )
  try {
    return await Promise.race([asked, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
