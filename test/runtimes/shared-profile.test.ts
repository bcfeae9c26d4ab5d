import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withSharedProfile } from '../../runtimes/calling/shared-profile.ts'

const CONFIG = `# ours
[default]
region = us-west-2

[profile dev]
s3 =
  region = nested
region=eu-west-1   # near
output = json

[profile "two words"]
region = eu-north-1

[sso-session dev]
sso_region = us-east-1

[profile bare]
output = json

[profile elsewhere]
services = near
endpoint_url = http://127.0.0.1:9000 ; all others
use_fips_endpoint = true
[services near]
bedrock_runtime =
  endpoint_url = http://127.0.0.1:9001/prefix
s3 =
  max_concurrent_requests = 2
  endpoint_url = http://127.0.0.1:9002
[profile deaf]
ignore_configured_endpoint_urls = true
[profile lost]
services = nowhere
`

/** The file of keys, in which profiles have no word before their name. */
const CREDENTIALS = `[bare]
aws_access_key_id = AKID
region = sa-east-1
`

const folder = mkdtempSync(join(tmpdir(), 'outcrop-profile-'))
const files = {
  AWS_CONFIG_FILE: join(folder, 'config'),
  AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
}

/** What profiles add to an environment or change in it. */
function addedTo(env: Record<string, string>) {
  const whole = Object.entries(withSharedProfile({ ...files, ...env }))
  const before: Record<string, string> = { ...files, ...env }
  return Object.fromEntries(whole.filter(([name, value]) => before[name] !== value))
}

beforeAll(() => {
  writeFileSync(files.AWS_CONFIG_FILE, CONFIG)
  writeFileSync(files.AWS_SHARED_CREDENTIALS_FILE, CREDENTIALS)
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the region of a profile', () => {
  it('counts where no variable names one', () => {
    expect({
      dev: addedTo({ AWS_PROFILE: 'dev' }),
      quoted: addedTo({ AWS_PROFILE: 'two words' }),
      beside: addedTo({ AWS_PROFILE: 'bare' }),
      unknown: addedTo({ AWS_PROFILE: 'nobody' }),
      named: addedTo({ AWS_PROFILE: 'dev', AWS_REGION: 'us-east-2' }),
      listed: addedTo({ AWS_PROFILE: 'dev', AWS_BEDROCK_REGIONS: 'us-east-2' }),
      blank: addedTo({ AWS_PROFILE: 'dev', AWS_REGION: '' }),
    }).toEqual({
      dev: { AWS_REGION: 'eu-west-1' },
      quoted: { AWS_REGION: 'eu-north-1' },
      // The file of keys may name it too.
      beside: { AWS_REGION: 'sa-east-1' },
      unknown: {},
      named: {},
      listed: {},
      blank: { AWS_REGION: 'eu-west-1' },
    })
  })

  it('is that of the default profile only for those who ask for AWS', () => {
    expect({
      asked: addedTo({ PROVIDER: 'aws' }),
      keys: addedTo({ AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 'secret' }),
      nothing: addedTo({}),
      embedded: addedTo({ PROVIDER: 'embedded', AWS_ACCESS_KEY_ID: 'AKID' }),
    }).toEqual({
      asked: { AWS_REGION: 'us-west-2' },
      keys: { AWS_REGION: 'us-west-2' },
      nothing: {},
      embedded: {},
    })
  })

  it('is none where no file is', () => {
    const absent = join(folder, 'absent')
    const env = {
      AWS_PROFILE: 'dev',
      AWS_CONFIG_FILE: absent,
      AWS_SHARED_CREDENTIALS_FILE: absent,
    }
    expect(withSharedProfile(env)).toEqual(env)
  })
})

describe('the endpoints of a profile', () => {
  it('are those of its services, then its own', () => {
    expect(addedTo({ AWS_PROFILE: 'elsewhere', AWS_REGION: 'us-east-1' })).toEqual({
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9000',
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:9001/prefix',
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9002',
      AWS_USE_FIPS_ENDPOINT: 'true',
    })
  })

  it('yield to variables, the one for every service included', () => {
    const env = {
      AWS_PROFILE: 'elsewhere',
      AWS_REGION: 'us-east-1',
      AWS_USE_FIPS_ENDPOINT: 'false',
    }
    expect({
      one: addedTo({ ...env, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1' }),
      all: addedTo({ ...env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }),
    }).toEqual({
      one: {
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9000',
        AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:9001/prefix',
      },
      all: {},
    })
  })

  it('are ignored, and variables with them, where the profile says so', () => {
    expect(addedTo({ AWS_PROFILE: 'deaf', AWS_REGION: 'us-east-1' })).toEqual({
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
    })
  })

  it('hold no start up that does not want AWS', () => {
    expect(addedTo({ AWS_PROFILE: 'lost', PROVIDER: 'embedded' })).toEqual({})
  })

  it('are told to be missing', () => {
    expect(() => addedTo({ AWS_PROFILE: 'lost' })).toThrow(
      'The AWS configuration has no section [services nowhere].',
    )
  })
})

describe('a shared file as people write it', () => {
  const read = (config: string, env = {}) => {
    writeFileSync(join(folder, 'own'), config)
    const whole = withSharedProfile({
      ...files,
      ...env,
      AWS_CONFIG_FILE: join(folder, 'own'),
      AWS_PROFILE: 'p',
    })
    return [whole['AWS_REGION'], whole['AWS_ENDPOINT_URL']]
  }

  it('may indent the settings and the names of its profiles', () => {
    const own = '[profile p]\n  region = eu-west-1\n  endpoint_url = http://a:1\n'
    const both = ['eu-west-1', 'http://a:1']
    expect([
      read(own),
      read(own.replace('  region', 'region')),
      read(`[profile q]\ns3 =\n  a = b\n${own}`),
      read(`[profile q]\nregion = us-east-1\n  ${own}`),
    ]).toEqual([both, both, both, both])
  })

  it('has profiles only where the word says so, and quotes around any name', () => {
    const region = 'region = eu-west-1\n'
    expect([read(`[p]\n${region}`), read(`[profile 'p']\n${region}`)]).toEqual([
      [undefined, undefined],
      ['eu-west-1', undefined],
    ])
  })

  it('may have its services in quotes', () => {
    writeFileSync(
      join(folder, 'own'),
      '[profile p]\nservices = near\n[services "near"]\ns3 =\n  endpoint_url = http://a:1\n',
    )
    const env = { AWS_PROFILE: 'p', AWS_CONFIG_FILE: join(folder, 'own') }
    expect(addedTo(env)).toMatchObject({ AWS_ENDPOINT_URL_S3: 'http://a:1' })
  })

  it('may lie below the home of its user', () => {
    const env = { HOME: folder, AWS_CONFIG_FILE: '~/config', AWS_SHARED_CREDENTIALS_FILE: '~/none' }
    expect(addedTo({ ...env, AWS_PROFILE: 'dev' })).toMatchObject({ AWS_REGION: 'eu-west-1' })
  })

  it('may lack services that are ignored', () => {
    const lost = '[profile p]\nregion = eu-west-1\nservices = nowhere\n'
    expect([
      read(`${lost}ignore_configured_endpoint_urls = true\n`),
      read(lost, { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }),
    ]).toEqual([
      ['eu-west-1', undefined],
      ['eu-west-1', undefined],
    ])
  })
})
