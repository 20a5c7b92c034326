/** What a refused request is answered. */
export function refusal(code: string, field: string | null, message: string): object {
  return { error: { code, field, message } }
}
