import { describe, expect, it } from 'vitest'
import { awsError } from '../../../app/dialects/bedrock-converse/decode-error.ts'
import { decodeReply } from '../../../app/dialects/bedrock-converse/decode-reply.ts'
import { bedrockConverse } from '../../../app/dialects/bedrock-converse/index.ts'
import {
  encodeBedrockError as encodeError,
  exceptionName,
} from '../../../app/dialects/bedrock-exceptions.ts'
import { GatewayError, STATUS } from '../../../app/errors.ts'
import { recordings, sharedJson, sharedRoot } from '../../fakes/shared.ts'
import { emptyConversation } from './cards.ts'

const GENERIC = 'The request could not be completed. Retry the request.'

describe('an error of AWS', () => {
  it.each([
    [
      400,
      'ValidationException',
      'The provided model identifier is invalid.',
      'model-not-found',
      404,
    ],
    [
      404,
      'ResourceNotFoundException',
      'This model version has reached the end of its life.',
      'model-not-found',
      404,
    ],
    [
      400,
      'ValidationException',
      'Invocation of model ID x with on-demand throughput isn’t supported.',
      'model-not-found',
      404,
    ],
    [
      400,
      'ValidationException',
      'Input is too long for requested model.',
      'context-length-exceeded',
      400,
    ],
    [
      400,
      'ValidationException',
      'The model returned the following errors: prompt is too long: 210000 tokens > 200000 maximum',
      'context-length-exceeded',
      400,
    ],
    [
      400,
      'ValidationException',
      'The maximum tokens you requested exceed the model limit of 4096.',
      'invalid-request',
      400,
    ],
    [
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      'model-access-denied',
      403,
    ],
    [
      403,
      'AccessDeniedException',
      'You invoked an unsupported model or your request did not allow prompt caching.',
      'invalid-request',
      400,
    ],
    [
      429,
      'ThrottlingException',
      'Too many tokens, please wait before trying again.',
      'rate-limit',
      429,
    ],
    [400, 'ServiceQuotaExceededException', 'Quota exceeded.', 'quota-exceeded', 429],
    [429, 'ModelNotReadyException', 'Warming up.', 'overloaded', 503],
    [408, 'ModelTimeoutException', 'x', 'timeout', 504],
    [424, 'ModelErrorException', 'x', 'upstream', 502],
    [503, 'ServiceUnavailableException', 'x', 'overloaded', 503],
    [500, 'InternalServerException', 'x', 'upstream', 502],
    [418, '', 'Odd.', 'invalid-request', 400],
    [502, '', '<html>', 'upstream', 502],
    [400, 'RequestExpired', 'x', 'upstream', 502],
    [400, 'IncompleteSignature', 'x', 'upstream', 502],
  ])('%i %s "%s" is %s', (status, type, message, code, ours) => {
    const error = awsError(status, type, message)
    expect([error.code, error.status]).toEqual([code, ours])
    if (ours < 500) expect(error.message).toBe(message)
    else expect(error.message).not.toContain(message)
  })

  it('is read whatever AWS hangs on its name', () => {
    const coral = 'ThrottlingException:http://internal.amazon.com/coral/com.amazon.bedrock/'
    expect(awsError(429, coral, 'x').code).toBe('rate-limit')
    expect(awsError(400, 'com.amazon.bedrock#ThrottlingException', 'x').code).toBe('rate-limit')
  })

  it('tells when another try makes sense, and which field is at fault', () => {
    expect(awsError(429, 'ThrottlingException', '')).toMatchObject({
      message: 'Too many requests. Wait before trying again.',
      retryAfter: 5,
    })
    expect(
      awsError(400, 'ValidationException', 'The provided model identifier is invalid.').param,
    ).toBe('model')
  })

  it.each([
    [403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'],
    [403, 'ExpiredTokenException', 'The security token included in the request is expired'],
    [403, 'InvalidSignatureException', 'Signature expired: 20250101T000000Z'],
    [
      403,
      'AccessDeniedException',
      'Authentication failed: Please make sure your API Key is valid.',
    ],
    [401, '', 'Unauthorized'],
  ])('about our own credentials is not the caller’s: %i %s', (status, type, message) => {
    const error = awsError(status, type, message)
    expect([error.code, error.message]).toEqual(['upstream', GENERIC])
    expect(String((error.cause as Error).message)).toContain(message)
    // What has run out may be new by the next try.
    expect(error.final).toBe(message.includes('expired') ? undefined : true)
  })

  it.each([400, 403, 404, 407, 431])('is none without a name and a word: %i', (status) => {
    const error = awsError(status, '', '')
    expect(error).toMatchObject({ code: 'upstream', message: GENERIC, final: true })
  })

  it('is the request’s, without a word, where every server may say so of it', () => {
    expect(awsError(413, '', '').code).toBe('too-large')
    expect(awsError(429, '', '').code).toBe('rate-limit')
  })

  it('never tells who we are at AWS', () => {
    const iam =
      'User: arn:aws:iam::123456789012:role/x is not authorized to perform: bedrock:InvokeModel'
    const denied = awsError(403, 'AccessDeniedException', iam)
    expect([denied.code, denied.message]).toEqual([
      'model-access-denied',
      'There is no access to this model.',
    ])
    const arn = awsError(400, 'ValidationException', 'No arn:aws:bedrock:x:123456789012:prompt/1.')
    expect(arn.message).not.toContain('123456789012')
  })

  describe.skipIf(!sharedRoot())('as recorded', () => {
    const failed = ['aws/Converse', 'aws/ConverseStream']
      .flatMap(recordings)
      .filter(({ response }) => response.status >= 400)

    it.each(failed.map((recording) => [recording.file, recording] as const))(
      '%s',
      (_, { response }) => {
        const { message } = response.body as { message: string }
        const error = awsError(response.status, response.headers['x-amzn-errortype'] ?? '', message)
        const ours = /identifier is invalid|Legacy/.test(message)
          ? 'model-not-found'
          : { 400: 'invalid-request', 403: 'upstream', 429: 'rate-limit' }[response.status]
        expect(error.code).toBe(ours)
      },
    )

    it('is mapped for every text AWS gave', () => {
      const { errors } = sharedJson('specs/aws-error-messages.json') as {
        errors: { status: number | null; type: string; message: string }[]
      }
      for (const { status, type, message } of errors) {
        const error = awsError(status ?? 400, type, message)
        expect(error.message).not.toBe('')
        if (status === 400) expect([400, 403, 404]).toContain(error.status)
      }
    })
  })
})

describe('an answer without a message', () => {
  it.each([[undefined], [{}], [{ output: {} }], ['text']])('is no answer: %j', (body) => {
    expect(() => decodeReply(body)).toThrow(expect.objectContaining({ code: 'upstream' }))
  })
})

describe('an error of ours', () => {
  it('has the name and form AWS would have given it', () => {
    const error = new GatewayError('rate-limit', 'Slow down.')
    expect(encodeError(error)).toEqual({ message: 'Slow down.', __type: 'ThrottlingException' })
    for (const code of Object.keys(STATUS) as (keyof typeof STATUS)[]) {
      expect(exceptionName(new GatewayError(code, ''))).toMatch(/Exception$/)
    }
  })

  it('ends a stream as an exception frame, which is read back as what it was', () => {
    const head = { id: '', created: 0, model: '' }
    const encoder = bedrockConverse.server.byteReplyEncoder!(emptyConversation(), head)
    const decoder = bedrockConverse.client.replyDecoder()
    const bytes = encoder.fail(new GatewayError('overloaded', 'Busy.'))
    expect(() => decoder.read(bytes)).toThrow(expect.objectContaining({ code: 'overloaded' }))
  })
})
