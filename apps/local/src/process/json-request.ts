/** An answer as it came, or null where there was none in time. */
export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
}

export async function jsonRequest(
  url: string,
  options: { method?: 'GET' | 'POST'; body?: unknown; bearer?: string; timeoutMs?: number } = {},
): Promise<JsonAnswer | null> {
  const { method = 'GET', body, bearer, timeoutMs = 5_000 } = options
  const headers: Record<string, string> = {}
  if (bearer !== undefined) headers['authorization'] = `Bearer ${bearer}`
  if (body !== undefined) headers['content-type'] = 'application/json'
  try {
    const answer = await fetch(url, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : parseJson(text) }
  } catch {
    return null
  }
}

/** A member of a JSON object as text; undefined for everything else. */
export function textIn(body: unknown, name: string): string | undefined {
  const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
  return typeof value === 'string' ? value : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
