/** What is asked of DynamoDB. */
export type Operation =
  | 'GetItem'
  | 'PutItem'
  | 'UpdateItem'
  | 'DeleteItem'
  | 'Query'
  | 'CreateTable'
  | 'DescribeTable'
  | 'UpdateTimeToLive'

/**
 * One operation of DynamoDB. Undefined when its condition did not hold. Throws `GatewayError`:
 * `overloaded` with `retryAfter` when the table has no capacity or cannot be reached, else `upstream`.
 */
export type Dynamo = (
  operation: Operation,
  body: Record<string, unknown>,
) => Promise<Record<string, unknown> | undefined>
