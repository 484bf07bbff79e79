import { lookup as resolveName, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { perennialError } from '../../../core/errors';

/** Networks that are nobody's on the open internet: the machine itself, its neighbours, and wrappings of both (RFC 6890). */
const INSIDE: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  ['::', 96, 'ipv6'],
  ['64:ff9b::', 96, 'ipv6'],
  ['64:ff9b:1::', 48, 'ipv6'],
  ['100::', 64, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['fc00::', 7, 'ipv6'],
  ['fe80::', 9, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
];

const inside = new BlockList();
for (const [network, prefix, family] of INSIDE) inside.addSubnet(network, prefix, family);

/** True for an address of the open internet. An IPv4 address inside an IPv6 one is judged as what it is. */
export function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  return !inside.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** What resolves a name to its addresses. */
export type Resolve = (host: string, done: (error: Error | null, addresses: LookupAddress[]) => void) => void;

const bySystem: Resolve = (host, done) => {
  resolveName(host, { all: true }, done);
};

/**
 * A look-up that resolves a name once and hands over what it has checked: the connection goes to that address and no
 * second answer of a name server is asked for. Hosts that the operator allows by name may lie inside.
 *
 * @throws PER_DATA_030, by its callback
 */
export function checkedLookup(allowed: readonly string[], resolve: Resolve = bySystem): LookupFunction {
  return (host, options, done) => {
    resolve(host, (error, addresses) => {
      if (error !== null) {
        done(error, '');
        return;
      }
      const [first] = addresses;
      if (first === undefined) {
        done(new Error(`${host} has no address`), '');
        return;
      }
      const hidden = addresses.find(({ address }) => !isPublic(address));
      if (hidden !== undefined && !isAllowed(host, allowed)) done(refusal(host, hidden.address), '');
      else if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

/**
 * Refuses a host that is written as an address inside: for such a one no name is looked up.
 *
 * @throws PER_DATA_030
 */
export function checkLiteral(url: URL, allowed: readonly string[]): void {
  checkHost(url.hostname.replace(/^\[|\]$/g, ''), allowed);
}

/**
 * As {@link checkLiteral}, of a host without brackets.
 *
 * @throws PER_DATA_030
 */
export function checkHost(host: string, allowed: readonly string[]): void {
  if (isIP(host) === 0 || isPublic(host) || isAllowed(host, allowed)) return;
  throw refusal(host, host);
}

/** True for a host that the operator names: it may lie inside. */
export function isAllowed(host: string, allowed: readonly string[]): boolean {
  return allowed.includes(host.toLowerCase());
}

function refusal(host: string, address: string): Error {
  const leads = host === address ? host : `${host} leads to ${address}, which`;
  return perennialError('PER_DATA_030', `${leads} is no address of the open internet.`);
}
