import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type ApiKey, findApiKey } from '../api-keys/api-keys.ts'
import { isFromHere } from '../http/is-from-here.ts'
import { PAGE_HEADERS, pageLanguage } from '../pages/page.ts'
import { readApiKey } from '../http/read-api-key.ts'
import type { ServerParts } from '../http/server-parts.ts'
import { confirm } from './step-up.ts'
import { renderSignIn } from './render-operator.ts'

/** Whoever looks at the operator's pages with a secret key. */
export interface SignedIn {
  readonly key: ApiKey
  readonly keyPrefix: string
  readonly parts: ServerParts
  /** Stands in every form of these pages; another site cannot read it, so it cannot make a browser send it. */
  readonly formToken: string
  /** The key was typed within the last minutes; what hurts asks for it otherwise. */
  readonly isConfirmed: boolean
}

interface KeySent {
  readonly text: string
  readonly key: ApiKey
}

const SENT = 'keySent'

/** All pages of `app` are for whoever sends a secret key; before a form is read, so that strangers make the gateway hold none. */
export function requireSignIn(app: FastifyInstance, parts: () => ServerParts): void {
  app.decorateRequest(SENT, null)
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(PAGE_HEADERS)
    const { pool, world } = parts()
    const text = readApiKey(request.headers.authorization)
    const key = text === null ? null : await findApiKey(pool, text, world.clock.wallMs())
    if (text === null || key === null || key === 'revoked' || key.kind !== 'secret') {
      const language = pageLanguage(request.headers['accept-language'])
      reply.code(401).header('www-authenticate', 'Basic realm="Holdfast", charset="UTF-8"')
      return reply.send(renderSignIn(language))
    }
    request.setDecorator<KeySent>(SENT, { text, key })
    return undefined
  })
}

/**
 * The browser asks for a secret key and keeps it until it is closed. It sends that along by itself, also when another
 * site makes it send a form, so a change is taken only from a page of ours (`isFromHere`) and with its token.
 */
export function withSignedIn(
  request: FastifyRequest,
  reply: FastifyReply,
  ready: ServerParts,
  handle: (signedIn: SignedIn) => Promise<FastifyReply>,
): Promise<FastifyReply> {
  const { text, key } = request.getDecorator<KeySent>(SENT)
  const day = Math.floor(ready.world.clock.wallMs() / DAY_MS)
  const formToken = tokenOf(ready.codeKey, text, day)
  const keyPrefix = text.slice(0, 12)
  return handle({ key, keyPrefix, parts: ready, formToken, isConfirmed: confirm(request, reply, ready) })
}

/** True for a form of ours: by its origin, and by the token of today or of yesterday. */
export function isOurs(request: FastifyRequest, { parts: { codeKey, world } }: SignedIn): boolean {
  const form = formOf(request)
  const text = readApiKey(request.headers.authorization) ?? ''
  const day = Math.floor(world.clock.wallMs() / DAY_MS)
  const sent = Buffer.from(form.get('token') ?? '')
  const isToken = [day, day - 1].some((each) => {
    const wanted = Buffer.from(tokenOf(codeKey, text, each))
    return sent.length === wanted.length && timingSafeEqual(sent, wanted)
  })
  return isToken && isFromHere(request)
}

export function formOf({ body }: FastifyRequest): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams()
}

const DAY_MS = 86_400_000

function tokenOf(codeKey: Uint8Array, key: string, day: number): string {
  return createHmac('sha256', codeKey).update(`operator form\n${day}\n${key}`).digest('base64url')
}
