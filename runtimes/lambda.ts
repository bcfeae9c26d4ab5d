import { openApp } from '../app/open-app.ts'
import { audioEncoding } from './audio-encoding.ts'
import { createCredentials } from './calling/credentials.ts'
import { http2Duplex } from './calling/http2-duplex.ts'
import { createPinnedWebFetch } from './calling/pinned-web-fetch.ts'
import { createUndiciTransport } from './calling/undici-transport.ts'
import { consoleLog } from './console-log.ts'
import { createDigest } from './digest.ts'
import { madeOnFirstRequest } from './first-request.ts'
import { answering, type Handler } from './lambda/lambda-answer.ts'
import { lambdaIdentity, lambdaPeerAddress } from './lambda/lambda-identity.ts'
import { LARGEST_ANSWER, type LambdaEnv, withinInvocation } from './lambda/lambda-limits.ts'
import { readTextFile } from './read-text-file.ts'
import { webStreamOut } from './serving/web-stream-out.ts'

const transport = createUndiciTransport(process.env)
const credentials = createCredentials(process.env)

const app = madeOnFirstRequest((invocation: LambdaEnv) =>
  openApp({
    name: 'lambda',
    env: withinInvocation(process.env, invocation),
    instance: process.env['AWS_LAMBDA_LOG_STREAM_NAME'],
    public: true,
    transient: true,
    transport,
    streamOut: webStreamOut,
    largestAnswer: LARGEST_ANSWER,
    log: consoleLog,
    duplex: http2Duplex,
    audioEncoding,
    credentials,
    digest: createDigest(),
    webFetch: createPinnedWebFetch,
    peerAddress: lambdaPeerAddress,
    verifiedIdentity: lambdaIdentity,
    readTextFile,
  }),
)

declare const awslambda: { streamifyResponse(handler: Handler): Handler }

const answer = answering(app.fetch)

/** Lambda may stop us for good as soon as an invocation has ended. */
export const handler = awslambda.streamifyResponse(async (...asked) => {
  try {
    await answer(...asked)
  } finally {
    await app.flush()
  }
})
