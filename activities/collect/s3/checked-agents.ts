import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { perennialError } from '../../../core/errors';
import { checkedLookup, checkHost, isAllowed } from '../http/addresses';

/** What makes the connections of a client; all of them are checked here, wherever the client was led to. */
export interface CheckedAgents {
  readonly httpAgent: Agent;
  readonly httpsAgent: SecureAgent;
}

type Done = (error: Error | null, stream: Duplex) => void;

/**
 * Agents whose every connection goes to an address that was checked: of the open internet, or of a host that the operator
 * names. Without TLS only the latter are connected to. A connection that is kept is used for its own host alone.
 *
 * @param allowed hosts that may lie inside
 */
export function checkedAgents(allowed: readonly string[]): CheckedAgents {
  const options: AgentOptions = { keepAlive: true, lookup: checkedLookup(allowed) };
  return {
    httpAgent: guarded(new Agent(options), (host) => {
      checkHost(host, allowed);
      if (isAllowed(host, allowed)) return;
      throw perennialError('PER_DATA_053', `${host} would be asked by plain HTTP.`);
    }),
    httpsAgent: guarded(new SecureAgent(options), (host) => {
      checkHost(host, allowed);
    }),
  };
}

/** An agent that connects only where a check lets it. */
function guarded<A extends Agent>(agent: A, check: (host: string) => void): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options: ClientRequestArgs, done?: Done) => {
    try {
      // A host that is an address already is looked up by nobody.
      check((options.host ?? '').replace(/^\[|\]$/g, ''));
    } catch (error) {
      if (done === undefined || !(error instanceof Error)) throw error;
      // By the callback the request hears of it; with an error nobody looks at the socket.
      done(error, new Socket());
      return undefined;
    }
    return connect(options, done);
  };
  return agent;
}
