export const CODE_LENGTH = 8

/** Spaces, dashes and case do not count. */
export function bareCode(text: string): string {
  return text.replaceAll(/[^0-9a-z]/gi, '').toUpperCase()
}

/** In two groups of four, as it is read out over the telephone. */
export function spacedCode(text: string): string {
  const bare = bareCode(text)
  return bare.length > 4 ? `${bare.slice(0, 4)}-${bare.slice(4)}` : bare
}
