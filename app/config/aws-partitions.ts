/** A part of AWS with accounts and host names of its own. */
interface Partition {
  /** What the names of its regions begin with. */
  prefix: string
  /** As ARNs have it. */
  name: string
  /** What the names of its hosts end with. */
  suffix: string
  /** The same of hosts that IPv6 reaches too. */
  dualStackSuffix: string
}

/** The first that fits. From the partitions file of the AWS SDK, November 2026. */
const PARTITIONS: readonly Partition[] = [
  partition('cn-', 'aws-cn', ['amazonaws.com.cn', 'api.amazonwebservices.com.cn']),
  partition('us-gov-', 'aws-us-gov', ['amazonaws.com', 'api.aws']),
  partition('eusc-', 'aws-eusc', ['amazonaws.eu', 'api.amazonwebservices.eu']),
  partition('us-iso-', 'aws-iso', ['c2s.ic.gov', 'api.aws.ic.gov']),
  partition('us-isob-', 'aws-iso-b', ['sc2s.sgov.gov', 'api.aws.scloud']),
  partition('us-isof-', 'aws-iso-f', ['csp.hci.ic.gov', 'api.aws.hci.ic.gov']),
  partition('eu-isoe-', 'aws-iso-e', ['cloud.adc-e.uk', 'api.cloud-aws.adc-e.uk']),
  partition('', 'aws', ['amazonaws.com', 'api.aws']),
]

function partition(
  prefix: string,
  name: string,
  [suffix, dualStackSuffix]: [suffix: string, dualStackSuffix: string],
): Partition {
  return { prefix, name, suffix, dualStackSuffix }
}

/** The partition a region lies in. */
export const partitionOf = (region: string): Partition =>
  PARTITIONS.find(({ prefix }) => region.startsWith(prefix))!
