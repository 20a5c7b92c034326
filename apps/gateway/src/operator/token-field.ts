/** The first field of each form: proves that a page of ours has shown it. */
export function tokenField({ formToken }: { readonly formToken: string }): string {
  return `<input type="hidden" name="token" value="${formToken}">`
}
