import { describe, expect, it } from 'vitest'
import { checkAddress, checkUrl } from '../../app/codecs/address-policy.ts'
import { GatewayError } from '../../app/errors.ts'

const strict = { allowHttp: false, allowPrivate: false }
const open = { allowHttp: true, allowPrivate: true }

const NOT_PUBLIC = 'The URL leads to an address that is not public.'

const outcome = (check: () => unknown): string => {
  try {
    check()
    return 'allowed'
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) return String(thrown)
    return thrown.message === NOT_PUBLIC ? 'not public' : thrown.code
  }
}

describe('the address policy', () => {
  it.each([
    ['https://example.com/a.png', 'allowed'],
    ['https://93.184.216.34/a.png', 'allowed'],
    ['https://[2606:2800:220:1::1]/', 'allowed'],
    ['http://example.com/', 'invalid-request'],
    ['file:///etc/passwd', 'invalid-request'],
    ['not a url', 'invalid-request'],
    ['https://user:secret@example.com/', 'invalid-request'],
    ['https://localhost/', 'not public'],
    ['https://api.localhost./', 'not public'],
    ['https://127.0.0.1/', 'not public'],
    ['https://127.1/', 'not public'],
    ['https://2130706433/', 'not public'],
    ['https://0x7f000001/', 'not public'],
    ['https://017700000001/', 'not public'],
    ['https://0/', 'not public'],
    ['https://10.1.2.3/', 'not public'],
    ['https://172.16.0.1/', 'not public'],
    ['https://192.168.1.1/', 'not public'],
    ['https://100.64.0.1/', 'not public'],
    ['https://169.254.169.254/latest/meta-data/', 'not public'],
    ['https://metadata.google.internal/', 'not public'],
    ['https://[::1]/', 'not public'],
    ['https://[::]/', 'not public'],
    ['https://[::ffff:127.0.0.1]/', 'not public'],
    ['https://[::ffff:a9fe:a9fe]/', 'not public'],
    ['https://[fd00:ec2::254]/', 'not public'],
    ['https://[::127.0.0.1]/', 'not public'],
    ['https://[::169.254.169.254]/', 'not public'],
    ['https://[::ffff:0:127.0.0.1]/', 'not public'],
    ['https://[64:ff9b:1::7f00:1]/', 'not public'],
    ['https://168.63.129.16/machine', 'not public'],
    ['https://instance-data.ec2.internal/', 'not public'],
    ['https://127.0.0.1./', 'not public'],
    ['https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/', 'not public'],
    ['https://127\u30020\u30020\u30021/', 'not public'],
    ['data:text/plain,x', 'invalid-request'],
    ['ftp://example.com/', 'invalid-request'],
    ['\thttps:\\\\127.0.0.1/', 'not public'],
    ['https://[fe80::1]/', 'not public'],
    ['https://[64:ff9b::7f00:1]/', 'not public'],
    ['https://[2002:7f00:1::]/', 'not public'],
    ['https://224.0.0.1/', 'not public'],
    ['https://255.255.255.255/', 'not public'],
  ])('judges %s as %s', (url, verdict) => {
    expect(outcome(() => checkUrl(url, strict))).toBe(verdict)
  })

  it.each([
    ['http://10.1.2.3/', 'allowed'],
    ['http://[fd00::1]/', 'allowed'],
    ['http://100.64.0.1/', 'allowed'],
    ['http://127.0.0.1/', 'not public'],
    ['http://169.254.169.254/', 'not public'],
    ['http://[::ffff:10.0.0.1]/', 'allowed'],
    ['http://[::ffff:127.0.0.1]/', 'not public'],
  ])('opened to private networks, judges %s as %s', (url, verdict) => {
    expect(outcome(() => checkUrl(url, open))).toBe(verdict)
  })

  it('judges an address with a zone', () => {
    expect(outcome(() => checkAddress('fe80::1%eth0', open))).toBe('not public')
  })

  it('says of every place the same, which is the fault of the request', () => {
    for (const url of ['https://localhost/', 'https://10.1.2.3/', 'https://169.254.169.254/']) {
      expect(() => checkUrl(url, strict)).toThrow(
        expect.objectContaining({ code: 'invalid-request', message: NOT_PUBLIC }),
      )
    }
  })
})
