/** Recorded requests that leave otherwise when they are asked for in chat completions, each with the rule. */
export const CHANGED: Record<string, string> = {
  'aws/Converse/amazon.nova-micro-v1-0__converse-tool-call-no-content-1-6dbc97.json':
    'tool results always say `status`, which is `success` where nobody says otherwise',
  'aws/Converse/amazon.nova-micro-v1-0__converse-tool-call-with-content-1-0b3ff2.json':
    'tool results always say `status`',
  'aws/ConverseStream/anthropic.claude-3-haiku-20240307-v1-0__TestConverseStream-test-invoke-tool-response-message-0-5b9f28.json':
    'tool results always say `status`',
  'aws/ConverseStream/anthropic.claude-3-haiku-20240307-v1-0__model-anthropic-claude-3-haiku-20240307-v1-0-converse-stream-0-6eb651.json':
    'a tool’s text is sent as JSON only where it is all there is; `status` as above',
  'aws/Converse/us.amazon.nova-2-lite-v1-0__multimodal-tool-return-matrix-direct-uploaded-file-document--1-7d9a41.json':
    'AWS refused the document in a tool result of Nova; it follows the result instead',
  'aws/Converse/us.amazon.nova-2-lite-v1-0__multimodal-tool-return-matrix-direct-uploaded-file-video-bed-1-61cca6.json':
    'AWS refused the video in a tool result of Nova; it follows the result instead',
  'aws/Converse/anthropic.claude-3-5-sonnet-20240620-v1-0__handle-different-image-formats-with-correct-mime-types-0-765e55.json':
    'the bytes of the image called JPEG are PNG, and bytes decide',
  'aws/Converse/us.amazon.nova-pro-v1-0__video-url-input-1-a73f07.json':
    'the bytes of the video are a JPEG, and bytes decide; the recorded format `video/mp4` is none of the wire’s',
  'aws/Converse/anthropic.claude-3-sonnet-20240229-v1-0__bedrock-converse-score-0-f0765a.json':
    'Claude has structured output since 4.5 by AWS’s own list; older ones get the hidden tool, whatever this one recording shows',
  'aws/ConverseStream/amazon.titan-text-express-v1__guardrail-converse-stream-0-132909.json':
    'two user messages in a row become one, for most models want roles to take turns',
}

/** Recorded requests that are refused before AWS is asked. */
export const REFUSED: Record<string, { status: number; code: string; why: string }> = {
  'aws/Converse/does-not-exist__converse-with-invalid-model-0-efcf67.json': {
    status: 404,
    code: 'model_not_found',
    why: 'the name has not the form of an id; AWS refused it as well',
  },
  'aws/ConverseStream/does-not-exist__converse-stream-with-invalid-model-0-4d59ad.json': {
    status: 404,
    code: 'model_not_found',
    why: 'the name has not the form of an id; AWS refused it as well',
  },
  'aws/Converse/invalid-model-id__handle-api-error-scenarios-0-2e2251.json': {
    status: 404,
    code: 'model_not_found',
    why: 'the name has not the form of an id; AWS refused it as well',
  },
  'aws/Converse/us.anthropic.claude-sonnet-4-5-20250929-v1-0__multimodal-tool-return-matrix-direct-binary-video-bedrock-cl-1-b231af.json':
    {
      status: 400,
      code: 'unsupported_parameter',
      why: 'Claude sees no videos; AWS refused it as well',
    },
  'aws/Converse/us.anthropic.claude-sonnet-4-5-20250929-v1-0__multimodal-tool-return-matrix-direct-uploaded-file-image-bed-1-bff915.json':
    {
      status: 502,
      code: 'upstream_error',
      why: 'Claude reads no images from S3 (AWS refused it), so it is fetched, and there is no S3 here',
    },
  'aws/Converse/us.anthropic.claude-sonnet-4-5-20250929-v1-0__multimodal-tool-return-matrix-tool-return-content-uploaded-f-1-6bea49.json':
    {
      status: 502,
      code: 'upstream_error',
      why: 'Claude reads no images from S3 (AWS refused it), so it is fetched, and there is no S3 here',
    },
  'aws/Converse/us.anthropic.claude-sonnet-4-5-20250929-v1-0__multimodal-tool-return-matrix-direct-uploaded-file-document--1-ccef35.json':
    {
      status: 502,
      code: 'upstream_error',
      why: 'Claude took the document in S3 and saw nothing in it, so it is fetched, and there is no S3 here',
    },
}

/** How many recordings cannot be asked for in chat completions, by the reason. */
export const UNSAYABLE: Record<string, number> = {
  'a block of Converse alone: guardContent, searchResult': 2,
  'a call the platform ran, in the history': 1,
  'a document that is to be cited': 3,
}
