import { existsSync } from 'node:fs'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openLab, type RunningLab } from './test-support/running-lab.ts'

let lab: RunningLab

beforeEach(async () => {
  lab = await openLab()
})

afterEach(() => lab.close())

function modes(): string[] {
  return lab.lines.map(({ mode }) => mode)
}

async function call(route: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(lab.url + route, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  })
  return { status: answer.status, body: await answer.json() }
}

describe('the lab API', () => {
  it('switches real lines, any of them in one call, and says how they are', async () => {
    expect((await call('/state')).body).toEqual({
      internet: 'up',
      service: 'up',
      acquirer: 'up',
      lan: 'up',
    })
    const change = { internet: 'captive', service: 'brownout', acquirer: 'down', lan: 'down' }
    expect(await call('/state', change)).toEqual({ status: 200, body: change })
    expect(modes()).toEqual(['captive', 'captive', 'brownout', 'down'])
    expect((await call('/state', { internet: 'up' })).body).toEqual({ ...change, internet: 'up' })
    expect(modes()).toEqual(['up', 'up', 'brownout', 'down'])
  })

  it.each([
    ['/state', { internet: 'sideways' }, 'internet: '],
    ['/state', { weather: 'fine' }, 'weather: '],
    ['/state', {}, 'body: '],
    ['/sales', { amountMinor: 1, currency: 'eur' }, 'card: is missing'],
    ['/sales', { card: 'visa', amountMinor: 1.5, currency: 'eur' }, 'amountMinor: '],
    ['/sales', { card: 'visa', amountMinor: '100', currency: 'eur' }, 'amountMinor: '],
    ['/sales', { card: 'visa', amountMinor: 100, currency: 'EUR' }, 'currency: '],
    ['/sales', { card: 'visa', amountMinor: 100, currency: 'eur', count: 0 }, 'count: '],
    ['/sales', { card: 'no_such_card', amountMinor: 100, currency: 'eur' }, 'card: '],
    ['/devices/cashier-1', { action: 'explode' }, 'action: '],
  ])('names what is wrong: %s %j', async (route, body, named) => {
    const answer = await call(route, body)
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: expect.any(String), message: expect.stringContaining(named) } },
    })
  })

  it('refuses what is not JSON, what comes from another page, and what does not exist', async () => {
    const text = await fetch(`${lab.url}/state`, { method: 'POST', body: '{"internet":"down"}' })
    expect(text.status).toBe(415)
    const foreign = await fetch(`${lab.url}/state`, { headers: { origin: 'https://evil.example' } })
    expect(foreign.status).toBe(403)
    expect(await call('/nothing')).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
    expect(await call('/devices/nobody', { action: 'kill' })).toMatchObject({
      status: 404,
      body: { error: { code: 'device_unknown', message: expect.stringContaining('cashier-1') } },
    })
    expect(modes()).toEqual(['up', 'up', 'up', 'up'])
  })

  it('says honestly that the clock cannot be moved', async () => {
    expect(await call('/clock', { advanceMs: 1_000 })).toMatchObject({
      status: 501,
      body: { error: { code: 'clock_not_supported' } },
    })
  })

  it('sells with a device, so many times, by its name or its device id', async () => {
    const order = { card: 'visa', amountMinor: 100, currency: 'eur' }
    expect((await call('/sales', { ...order, count: 3 })).body).toEqual([
      { saleId: 'sale_1', paymentId: 'pi_1', result: 'approved' },
      { saleId: 'sale_2', paymentId: 'pi_2', result: 'approved' },
      { saleId: 'sale_3', paymentId: 'pi_3', result: 'approved' },
    ])
    expect((await call('/sales', { ...order, device: 'dev_1' })).status).toBe(200)
    expect(await call('/devices')).toMatchObject({
      body: [{ id: 'cashier-1', deviceId: 'dev_1', state: 'running', queued: 4 }],
    })
  })

  it('kill is -9 of the real process: its sale is unknown and named, and it stays dead until start', async () => {
    const { pid } = (await lab.device.view()) as { pid: number }
    const sale = call('/sales', { card: 'visa', amountMinor: 666, currency: 'eur' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await call('/devices/cashier-1', { action: 'kill' })).toMatchObject({
      status: 200,
      body: { state: 'killed', pid: null },
    })
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
    expect((await sale).body).toEqual([
      { saleId: 'sale_1', paymentId: 'pi_1', result: 'unknown', reason: 'device_gone' },
    ])
    expect(await call('/sales', { card: 'visa', amountMinor: 100, currency: 'eur' })).toMatchObject({
      status: 409,
      body: { error: { code: 'device_not_running' } },
    })
    expect(await call('/devices/cashier-1', { action: 'start' })).toMatchObject({
      body: { state: 'running' },
    })
  })

  it('wipe deletes what the device knew and leaves it off', async () => {
    const { dataDir } = lab
    expect(existsSync(dataDir)).toBe(true)
    expect(await call('/devices/cashier-1', { action: 'wipe' })).toMatchObject({
      body: { state: 'killed', deviceId: null, queued: null },
    })
    expect(existsSync(dataDir)).toBe(false)
  })

  it('serves its page and its parts under a strict policy', async () => {
    for (const route of ['/', '/lab.css', '/lab.js']) {
      const answer = await fetch(lab.url + route)
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      const text = await answer.text()
      expect(text).not.toMatch(/ (style|on[a-z]+)="/)
    }
  })
})
