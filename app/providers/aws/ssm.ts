import type { AwsCall } from './call.ts'
import { keptText, regionOfArn, type SecretPlace } from './secret-place.ts'

/** A parameter of Systems Manager, decrypted (GetParameter, JSON 1.1). Throws `GatewayError`. */
export const ssmParameter = (call: AwsCall, name: string, region: string): SecretPlace => ({
  describe: `the SSM parameter ${name}`,
  read: () =>
    keptText(call, {
      service: 'ssm',
      region: regionOfArn(name) ?? region,
      target: 'AmazonSSM.GetParameter',
      body: { Name: name, WithDecryption: true },
      textIn: ({ Parameter }) => (Parameter as { Value?: unknown } | undefined)?.Value,
    }),
})
