/** What a merchant would ask about, and what a notice touches. The gateway itself is up when it answers at all. */
export const componentNames = ['gateway', 'database', 'acquirer_link'] as const
export type ComponentName = (typeof componentNames)[number]

export function isComponentName(text: string): text is ComponentName {
  return componentNames.some((name) => name === text)
}
