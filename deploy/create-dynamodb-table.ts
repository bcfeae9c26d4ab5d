import { readConfig } from '../app/config.ts'
import { createDynamo } from '../app/providers/aws/dynamodb/call.ts'
import { createStateTable } from '../app/providers/aws/dynamodb/create-table.ts'
import { createCredentials } from '../runtimes/calling/credentials.ts'
import { withSharedProfile } from '../runtimes/calling/shared-profile.ts'
import { createUndiciTransport } from '../runtimes/calling/undici-transport.ts'
import { createDigest } from '../runtimes/digest.ts'
import { start } from '../runtimes/start.ts'

/** Makes the DynamoDB table that AWS_DYNAMODB_TABLE names, in AWS_DYNAMODB_REGION. */
await start(async () => {
  const env = withSharedProfile(process.env)
  const config = readConfig(env)
  const table = config.AWS_DYNAMODB_TABLE
  if (table === undefined) throw new Error('Set AWS_DYNAMODB_TABLE to the name of the table.')
  const runtime = {
    env,
    transport: createUndiciTransport(env),
    credentials: createCredentials(env),
    digest: createDigest(),
  }
  const outcome = await createStateTable(createDynamo({ config, runtime }), table)
  console.log(outcome === 'made' ? `The table ${table} is made.` : `The table ${table} is there.`)
  process.exit(0)
})
