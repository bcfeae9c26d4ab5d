import { describe, expect, it } from 'vitest'
import { checkAddress, checkUrl } from '../../app/codecs/address-policy.ts'
import { GatewayError } from '../../app/errors.ts'

const strict = { allowHttp: false, allowPrivate: false }
const open = { allowHttp: true, allowPrivate: true }

const outcome = (check: () => unknown): string => {
  try {
    check()
    return 'allowed'
  } catch (thrown) {
    return thrown instanceof GatewayError ? thrown.code : String(thrown)
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
    ['https://localhost/', 'permission'],
    ['https://api.localhost./', 'permission'],
    ['https://127.0.0.1/', 'permission'],
    ['https://127.1/', 'permission'],
    ['https://2130706433/', 'permission'],
    ['https://0x7f000001/', 'permission'],
    ['https://017700000001/', 'permission'],
    ['https://0/', 'permission'],
    ['https://10.1.2.3/', 'permission'],
    ['https://172.16.0.1/', 'permission'],
    ['https://192.168.1.1/', 'permission'],
    ['https://100.64.0.1/', 'permission'],
    ['https://169.254.169.254/latest/meta-data/', 'permission'],
    ['https://metadata.google.internal/', 'permission'],
    ['https://[::1]/', 'permission'],
    ['https://[::]/', 'permission'],
    ['https://[::ffff:127.0.0.1]/', 'permission'],
    ['https://[::ffff:a9fe:a9fe]/', 'permission'],
    ['https://[fd00:ec2::254]/', 'permission'],
    ['https://[::127.0.0.1]/', 'permission'],
    ['https://[::169.254.169.254]/', 'permission'],
    ['https://[::ffff:0:127.0.0.1]/', 'permission'],
    ['https://[64:ff9b:1::7f00:1]/', 'permission'],
    ['https://168.63.129.16/machine', 'permission'],
    ['https://instance-data.ec2.internal/', 'permission'],
    ['https://127.0.0.1./', 'permission'],
    ['https://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/', 'permission'],
    ['https://127\u30020\u30020\u30021/', 'permission'],
    ['data:text/plain,x', 'invalid-request'],
    ['ftp://example.com/', 'invalid-request'],
    ['\thttps:\\\\127.0.0.1/', 'permission'],
    ['https://[fe80::1]/', 'permission'],
    ['https://[64:ff9b::7f00:1]/', 'permission'],
    ['https://[2002:7f00:1::]/', 'permission'],
    ['https://224.0.0.1/', 'permission'],
    ['https://255.255.255.255/', 'permission'],
  ])('judges %s as %s', (url, verdict) => {
    expect(outcome(() => checkUrl(url, strict))).toBe(verdict)
  })

  it.each([
    ['http://10.1.2.3/', 'allowed'],
    ['http://[fd00::1]/', 'allowed'],
    ['http://100.64.0.1/', 'allowed'],
    ['http://127.0.0.1/', 'permission'],
    ['http://169.254.169.254/', 'permission'],
    ['http://[::ffff:10.0.0.1]/', 'allowed'],
    ['http://[::ffff:127.0.0.1]/', 'permission'],
  ])('opened to private networks, judges %s as %s', (url, verdict) => {
    expect(outcome(() => checkUrl(url, open))).toBe(verdict)
  })

  it('judges an address with a zone', () => {
    expect(outcome(() => checkAddress('fe80::1%eth0', open))).toBe('permission')
  })
})
