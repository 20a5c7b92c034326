import { describe, expect, test } from 'vitest'
import { checkedLookup } from './checked-lookup.ts'
import { isPublicAddress } from './public-address.ts'
import { readWebhookUrl } from './webhook-url.ts'

describe('where webhooks may go', () => {
  test.each(['93.184.215.14', '8.8.8.8', '172.32.0.1', '2606:4700:4700::1111', '2a00:1450:4007::1'])(
    '%s is public',
    (address) => expect(isPublicAddress(address)).toBe(true),
  )

  test.each([
    '127.0.0.1',
    '127.255.255.254',
    '0.0.0.0',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::1',
    '2001:0:4136:e378::1',
    '2001:db8::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'ff02::1',
    'not an address',
    '',
  ])('"%s" is not', (address) => expect(isPublicAddress(address)).toBe(false))

  test.each([
    ['http://shop.example/hooks', 'test', true],
    ['https://shop.example:8443/hooks?x=1', 'live', true],
    ['http://shop.example/hooks', 'live', 'url_not_https_in_live_mode'],
    ['https://user:secret@shop.example', 'live', 'url_has_credentials'],
    ['file:///etc/passwd', 'test', 'url_not_http'],
    ['shop.example', 'test', 'url_invalid'],
    [`https://shop.example/${'x'.repeat(2_000)}`, 'test', 'url_too_long'],
    ['https://localhost/hooks', 'test', 'url_not_public'],
    ['https://printer.local', 'test', 'url_not_public'],
    ['https://intranet/', 'test', 'url_not_public'],
    ['https://metadata.google.internal/', 'test', 'url_not_public'],
    // How URLs may write 127.0.0.1.
    ['https://2130706433/', 'test', 'url_not_public'],
    ['https://0x7f.1/', 'test', 'url_not_public'],
    ['https://[::ffff:127.0.0.1]/', 'test', 'url_not_public'],
    ['https://[::1]/', 'test', 'url_not_public'],
  ] as const)('%s in %s mode: %s', (text, mode, expected) => {
    const url = readWebhookUrl(text, { mode, allowPrivate: false })
    expect(url instanceof URL ? true : url).toBe(expected)
  })

  test('in development a machine of ours is taken too', () => {
    expect(readWebhookUrl('http://127.0.0.1:4242', { mode: 'test', allowPrivate: true })).toBeInstanceOf(URL)
  })

  test('a name is resolved once, and the connection gets exactly the addresses that were looked at', () => {
    const answers = [[{ address: '93.184.215.14', family: 4 }], [{ address: '127.0.0.1', family: 4 }]]
    const lookup = checkedLookup((_host, _options, done) => done(null, answers.shift() ?? []))
    const given: unknown[] = []
    lookup('rebinding.example', { all: true }, (error, found) => given.push(error?.name ?? found))
    lookup('rebinding.example', { all: true }, (error, found) => given.push(error?.name ?? found))
    expect(given).toEqual([[{ address: '93.184.215.14', family: 4 }], 'AddressNotPublic'])
  })
})
