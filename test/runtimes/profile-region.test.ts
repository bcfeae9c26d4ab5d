import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withProfileRegion } from '../../runtimes/calling/profile-region.ts'

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
`

describe('the region of a profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'outcrop-profile-'))
  const file = join(folder, 'config')
  const regionWith = (env: Record<string, string>) =>
    withProfileRegion({ AWS_CONFIG_FILE: file, ...env })['AWS_REGION']

  beforeAll(() => writeFileSync(file, CONFIG))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('counts where no variable names one', () => {
    expect({
      dev: regionWith({ AWS_PROFILE: 'dev' }),
      quoted: regionWith({ AWS_PROFILE: 'two words' }),
      bare: regionWith({ AWS_PROFILE: 'bare' }),
      unknown: regionWith({ AWS_PROFILE: 'nobody' }),
      named: regionWith({ AWS_PROFILE: 'dev', AWS_REGION: 'us-east-2' }),
      listed: regionWith({ AWS_PROFILE: 'dev', AWS_BEDROCK_REGIONS: 'us-east-2' }),
    }).toEqual({
      dev: 'eu-west-1',
      quoted: 'eu-north-1',
      bare: undefined,
      unknown: undefined,
      named: 'us-east-2',
      listed: undefined,
    })
  })

  it('is that of the default profile only for those who ask for AWS', () => {
    expect(regionWith({ PROVIDER: 'aws' })).toBe('us-west-2')
    expect(regionWith({})).toBeUndefined()
  })

  it('is none where no file is', () => {
    const env = { AWS_PROFILE: 'dev', AWS_CONFIG_FILE: join(folder, 'absent') }
    expect(withProfileRegion(env)).toEqual(env)
  })
})
