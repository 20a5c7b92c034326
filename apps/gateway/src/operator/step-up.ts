import type { FastifyReply, FastifyRequest } from 'fastify'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { readApiKey } from '../http/read-api-key.ts'
import type { ServerParts } from '../http/server-parts.ts'

/** So long a confirmation holds. */
const STEP_UP_MS = 10 * 60_000

/** `__Host-`: of this origin alone, over TLS or on this machine (RFC 6265bis §4.1.3.2). Elsewhere each form asks again. */
const COOKIE = '__Host-holdfast-confirmed'

/**
 * True while whoever sits here has typed the key within the last minutes, in this form or before it: a browser that was left
 * open sends the key along by itself. A form that brings it holds from now on; another site cannot know it.
 */
export function confirm(
  request: FastifyRequest,
  reply: FastifyReply,
  { codeKey, world }: ServerParts,
): boolean {
  const key = readApiKey(request.headers.authorization)
  if (key === null) return false
  const nowMs = world.clock.wallMs()
  const typed = request.body instanceof URLSearchParams ? (request.body.get('key') ?? '').trim() : ''
  if (typed === '') return isStanding(request, { codeKey, key, nowMs })
  if (!isSame(typed, key)) return false
  const expiresMs = String(nowMs + STEP_UP_MS)
  const value = `${expiresMs}.${macOf(codeKey, key, expiresMs)}`
  const rules = `Max-Age=${STEP_UP_MS / 1_000}; Path=/; Secure; HttpOnly; SameSite=Strict`
  reply.header('set-cookie', `${COOKIE}=${value}; ${rules}`)
  return true
}

function isStanding(
  { headers }: FastifyRequest,
  { codeKey, key, nowMs }: { readonly codeKey: Uint8Array; readonly key: string; readonly nowMs: number },
): boolean {
  const [expiresMs = '', mac = ''] = cookieIn(headers.cookie).split('.', 2)
  if (!/^\d{1,15}$/.test(expiresMs)) return false
  const restMs = Number(expiresMs) - nowMs
  // One that would hold for longer is of a clock that was set back since.
  if (restMs <= 0 || restMs > STEP_UP_MS) return false
  return isSame(mac, macOf(codeKey, key, expiresMs))
}

function macOf(codeKey: Uint8Array, key: string, expiresMs: string): string {
  return createHmac('sha256', codeKey).update(`operator confirmed\n${expiresMs}\n${key}`).digest('base64url')
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}

function cookieIn(header = ''): string {
  const found = header.split(';').find((pair) => pair.trim().startsWith(`${COOKIE}=`))
  return found === undefined ? '' : found.trim().slice(COOKIE.length + 1)
}
