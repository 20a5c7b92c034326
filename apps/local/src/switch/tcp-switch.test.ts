import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { SwitchFigures } from './switch-mode.ts'
import { openTcpSwitch, type TcpSwitch, type TcpSwitchOptions } from './tcp-switch.ts'

const figures: Partial<SwitchFigures> = {
  slowLatencyMs: 60,
  slowBytesPerSecond: 20_000,
  brownoutMs: 200,
  flakyLookMs: 20,
  lostCutMs: 10,
}

let echo: Server
let served: string[]
let line: TcpSwitch
let opened: Socket[]

beforeEach(async () => {
  served = []
  opened = []
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    opened.push(socket)
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      served.push(bytes.toString())
      socket.write(`echo ${bytes.toString()}`)
    })
    socket.on('end', () => socket.end())
  })
  echo.listen(0, '127.0.0.1')
  await once(echo, 'listening')
})

afterEach(async () => {
  await line.close()
  for (const socket of opened) socket.destroy()
  echo.close()
})

async function open(more: Partial<TcpSwitchOptions> = {}): Promise<void> {
  line = await openTcpSwitch({
    port: 0,
    target: { host: '127.0.0.1', port: portOf(echo) },
    figures,
    random: () => 0.99,
    ...more,
  })
}

function portOf(server: Server | HttpServer): number {
  return (server.address() as AddressInfo).port
}

interface Client {
  readonly socket: Socket
  readonly text: () => string
  /** Resolves with what arrived once `wanted` characters did or the connection ended. */
  until(wanted: number): Promise<string>
  /** `end` for FIN, else the code of the error. */
  readonly ended: Promise<string>
}

function dial(): Client {
  const socket = connect({ host: '127.0.0.1', port: line.port })
  opened.push(socket)
  let text = ''
  socket.on('data', (bytes) => (text += bytes.toString()))
  const ended = new Promise<string>((resolve) => {
    socket.on('end', () => resolve('end'))
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'))
  })
  const until = async (wanted: number): Promise<string> => {
    while (text.length < wanted && !socket.destroyed) await pause(2)
    return text
  }
  return { socket, text: () => text, until, ended }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

describe('a line', () => {
  it('up: carries both ways, and each end only after the bytes before it', async () => {
    const heard: string[] = []
    await open({
      onBytes: ({ connection, direction, bytes }) =>
        heard.push(`${connection} ${direction} ${Buffer.from(bytes).toString()}`),
    })
    const client = dial()
    client.socket.end('hello')
    expect(await client.ended).toBe('end')
    expect(client.text()).toBe('echo hello')
    expect(heard).toEqual(['1 forth hello', '1 back echo hello'])
  })

  it('down: refuses new connections and resets live ones; up again on the same port', async () => {
    await open()
    const { port } = line
    const live = dial()
    live.socket.write('a')
    await live.until(6)
    await line.setMode('down')
    expect(await live.ended).toBe('ECONNRESET')
    expect(await dial().ended).toBe('ECONNREFUSED')
    await line.setMode('up')
    expect(line.port).toBe(port)
    const later = dial()
    later.socket.write('b')
    expect(await later.until(6)).toBe('echo b')
  })

  it('a target that is not there: the client is reset', async () => {
    await open({ target: { host: '127.0.0.1', port: 1 } })
    expect(await dial().ended).toBe('ECONNRESET')
  })

  it('slow: latency each way and a rate, and nothing of 10 000 bytes is lost before the end', async () => {
    await open()
    await line.setMode('slow')
    const client = dial()
    const startMs = performance.now()
    client.socket.end('x'.repeat(10_000))
    expect(await client.ended).toBe('end')
    expect(client.text().replaceAll('echo ', '')).toBe('x'.repeat(10_000))
    // 10 000 bytes at 20 000 a second, and 60 ms each way.
    expect(performance.now() - startMs).toBeGreaterThan(600)
  })

  it('slow to up: what waits leaves at once, in order', async () => {
    await open({ figures: { ...figures, slowLatencyMs: 60_000 } })
    await line.setMode('slow')
    const client = dial()
    client.socket.write('first')
    await pause(30)
    expect(served).toEqual([])
    await line.setMode('up')
    client.socket.end(' second')
    expect(await client.ended).toBe('end')
    expect(served.join('')).toBe('first second')
  })

  it('brownout: the request arrives at once, its answer much later', async () => {
    await open()
    await line.setMode('brownout')
    const client = dial()
    client.socket.write('sale')
    await pause(60)
    expect(served).toEqual(['sale'])
    expect(client.text()).toBe('')
    expect(await client.until(9)).toBe('echo sale')
  })

  it('lost answers: the target has served, one client is reset and the next hears nothing', async () => {
    await open()
    await line.setMode('lost_answers')
    const cut = dial()
    cut.socket.write('one')
    expect(await cut.ended).toBe('ECONNRESET')
    const hung = dial()
    hung.socket.write('two')
    await pause(60)
    expect(hung.socket.destroyed).toBe(false)
    expect(served).toEqual(['one', 'two'])
    expect(cut.text() + hung.text()).toBe('')
    // A stream with a hole must not go on as if nothing were missing.
    await line.setMode('up')
    expect(await hung.ended).toBe('ECONNRESET')
  })

  it('flaky: some connections are reset at once, some later, some live', async () => {
    const draws = [0.1, 0.9, 0.9, 0.1]
    await open({ random: () => draws.shift() ?? 0.99 })
    await line.setMode('flaky')
    expect(await dial().ended).toBe('ECONNRESET')
    const second = dial()
    second.socket.write('a')
    expect(await second.until(6)).toBe('echo a')
    expect(await second.ended).toBe('ECONNRESET')
    const third = dial()
    third.socket.write('b')
    await pause(100)
    expect(third.text()).toBe('echo b')
  })

  it('captive: every HTTP request is answered 200 with a login page and never reaches the target', async () => {
    await open()
    const live = dial()
    live.socket.write('a')
    await live.until(6)
    await line.setMode('captive')
    expect(await live.ended).toBe('ECONNRESET')
    const answer = await fetch(`http://127.0.0.1:${line.port}/device/v1/records`, {
      method: 'POST',
      body: '{}',
    })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/html')
    expect(answer.headers.get('access-control-allow-origin')).toBeNull()
    expect(await answer.text()).toContain('Room number')
    const notHttp = dial()
    notHttp.socket.write(Buffer.from([0x16, 0x03, 0x01]))
    expect(await notHttp.ended).toBe('ECONNRESET')
    expect(served).toEqual(['a'])
  })

  it('close ends listener and connections', async () => {
    await open()
    const client = dial()
    client.socket.write('a')
    await client.until(6)
    await line.close()
    expect(await client.ended).toBe('ECONNRESET')
    expect(await dial().ended).toBe('ECONNREFUSED')
  })

  it('carries a large answer to a slow reader whole', async () => {
    await open()
    const big = createHttpServer((_, response) => response.end('y'.repeat(5_000_000)))
    big.listen(0, '127.0.0.1')
    await once(big, 'listening')
    const other = await openTcpSwitch({ port: 0, target: { host: '127.0.0.1', port: portOf(big) } })
    const answer = await fetch(`http://127.0.0.1:${other.port}/`)
    await pause(50)
    expect(await answer.text()).toHaveLength(5_000_000)
    await other.close()
    big.close()
  })
})
