export type TimeStyle = 'time' | 'day' | 'full'

const STYLES: Readonly<Record<TimeStyle, Intl.DateTimeFormatOptions>> = {
  time: { hour: '2-digit', minute: '2-digit' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  full: { dateStyle: 'medium', timeStyle: 'short' },
}

/** `atMs` in Unix milliseconds. `timeZone` is for tests; a page shows the machine's own. */
export function formatTime(
  atMs: number,
  locale: string,
  style: TimeStyle = 'full',
  timeZone?: string,
): string {
  const zone = timeZone === undefined ? {} : { timeZone }
  return new Intl.DateTimeFormat(locale, { ...STYLES[style], ...zone }).format(atMs)
}
