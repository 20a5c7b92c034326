import { expect, test } from 'vitest'
import { PINGS_TO_RETURN, STEADY_MS } from '../limits.ts'
import { confirmPauseMs, hear, type Link, NEW_LINK } from './link.ts'

test('the first word counts, whichever it is', () => {
  expect(hear(NEW_LINK, 'good', 0).status).toBe('online')
  expect(hear(NEW_LINK, 'bad', 0).status).toBe('offline')
})

test('one bad sign ends it, and only good ones in a row bring it back', () => {
  let link = hear(hear(NEW_LINK, 'good', 0), 'bad', 1)
  expect(link.status).toBe('offline')
  for (let n = 1; n < PINGS_TO_RETURN; n += 1) link = hear(link, 'good', 2)
  link = hear(link, 'bad', 3)
  for (let n = 1; n < PINGS_TO_RETURN; n += 1) link = hear(link, 'good', 4)
  expect(link.status).toBe('offline')
  expect(hear(link, 'good', 5).status).toBe('online')
})

test('fault 50: each fall soon after a return makes the next return slower, up to a bound', () => {
  let link = hear(NEW_LINK, 'bad', 0)
  const waits: number[] = []
  for (let flap = 0; flap < 12; flap += 1) {
    const [returned, waitedMs] = comeBack(link)
    waits.push(waitedMs)
    link = hear(returned, 'bad', 1_000)
  }
  expect(waits).toEqual([
    250, 1_000, 3_000, 8_000, 20_000, 48_000, 48_000, 48_000, 48_000, 48_000, 48_000, 48_000,
  ])
})

test('a link that stays is forgiven', () => {
  let link = hear(NEW_LINK, 'bad', 0)
  for (let flap = 0; flap < 3; flap += 1) link = hear(comeBack(link)[0], 'bad', 1_000)
  expect(link.flaps).toBe(3)
  expect(hear(comeBack(link)[0], 'bad', 1_000 + STEADY_MS).flaps).toBe(0)
})

/** All signs good from now on, at one moment; and how long the pauses between them would have been. */
function comeBack(link: Link): [Link, number] {
  let [now, waitedMs] = [hear(link, 'good', 1_000), 0]
  while (now.status !== 'online') {
    waitedMs += confirmPauseMs(now)
    now = hear(now, 'good', 1_000)
  }
  return [now, waitedMs]
}
