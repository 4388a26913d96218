/**
 * A dump of a machine as the collector writes it: a node with so many pods on a bridge, their way out over eth0, and these outputs of
 * its packet filters.
 */
export function machineDump({ name = 'node1', pods = 1, save = '', nft = '{"nftables":[]}' }) {
  const frames = [];
  const add = (path, content) => frames.push(`@ ${path} ${Buffer.byteLength(content)} 0 -\n${content}\n`);
  const links = [loopback(), link(2, 'eth0'), { ...link(3, 'cni0'), linkinfo: { info_kind: 'bridge', info_data: BRIDGE } }];
  const ports = [];
  for (let n = 0; n < pods; n++) {
    const port = veth(100 + n, `veth${n}`, 2, n);
    links.push({ ...port, master: 'cni0', linkinfo: { ...port.linkinfo, info_slave_kind: 'bridge' } });
    ports.push({ ifindex: 100 + n, ifname: `veth${n}`, master: 'cni0', state: 'forwarding', hairpin: true, learning: true, flood: true });
  }
  namespace(add, 'host', {
    meta: 'kind host\n',
    links,
    ports,
    addresses: { lo: ['127.0.0.1', 8], eth0: ['172.18.0.2', 16], cni0: ['10.250.0.1', 16] },
    gateway: ['172.18.0.1', 'eth0'],
    forwarding: 1,
    sockets: 'tcp LISTEN 0 4096 0.0.0.0:22 0.0.0.0:*\n',
    save,
    nft,
  });
  for (let n = 0; n < pods; n++)
    namespace(add, `pods/default_pod-${n}`, {
      meta: `kind pod\nnamespace default\nname pod-${n}\nuid ${n}\n`,
      links: [loopback(), { ...veth(2, 'eth0', 100 + n, 0), address: macOf(10_000 + n) }],
      ports: [],
      addresses: { lo: ['127.0.0.1', 8], eth0: [podAddress(n), 16] },
      gateway: ['10.250.0.1', 'eth0'],
      forwarding: 0,
      sockets: 'tcp LISTEN 0 4096 0.0.0.0:8080 0.0.0.0:*\n',
      save: '',
      nft: '{"nftables":[]}',
    });
  return `skoop-dump 1 node=${name}\n${frames.join('')}@end ${frames.length} -\n`;
}

export function podAddress(n) {
  return `10.250.${1 + (n >> 8)}.${n & 255}`;
}

const BRIDGE = { stp_state: 0, vlan_filtering: 0, nf_call_iptables: 0 };

function link(index, name) {
  const address = macOf(index);
  return { ifindex: index, ifname: name, flags: ['BROADCAST', 'UP', 'LOWER_UP'], mtu: 1500, operstate: 'UP', link_type: 'ether', address };
}

function macOf(n) {
  const hex = n.toString(16).padStart(4, '0');
  return `02:00:00:00:${hex.slice(0, 2)}:${hex.slice(2)}`;
}

function loopback() {
  return { ...link(1, 'lo'), flags: ['LOOPBACK', 'UP', 'LOWER_UP'], link_type: 'loopback', address: '00:00:00:00:00:00' };
}

function veth(index, name, peer, netns) {
  return { ...link(index, name), link_index: peer, link_netnsid: netns, linkinfo: { info_kind: 'veth' } };
}

function namespace(add, folder, { meta, links, ports, addresses, gateway, forwarding, sockets, save, nft }) {
  const json = (name, value) => add(`${folder}/${name}`, `${JSON.stringify(value)}\n`);
  const addressed = Object.entries(addresses);
  add(`${folder}/meta`, meta);
  json('ip-link', links);
  json(
    'ip-addr',
    links.map((one) => ({ ...one, addr_info: (addresses[one.ifname] === undefined ? [] : [addresses[one.ifname]]).map(addressInfo) })),
  );
  json('ip-route-4', [
    { type: 'unicast', dst: 'default', gateway: gateway[0], dev: gateway[1], table: 'main', protocol: 'boot', scope: 'global', flags: [] },
    ...addressed.flatMap(([dev, [ip, length]]) => kernelRoutes(dev, ip, length)),
  ]);
  json('ip-route-6', []);
  const rule = (priority, table) => ({ priority, src: 'all', table });
  json('ip-rule-4', [rule(0, 'local'), rule(32766, 'main'), rule(32767, 'default')]);
  json('ip-rule-6', [rule(0, 'local'), rule(32766, 'main')]);
  for (const name of ['ip-nexthop', 'ip-neigh', 'ip-neigh-proxy', 'bridge-fdb', 'bridge-vlan']) json(name, []);
  json('bridge-link', ports);
  add(`${folder}/ss`, sockets);
  const devices = ['all', 'default', ...links.map(({ ifname }) => ifname)];
  const sysctls = devices.flatMap((device) => [
    `net/ipv4/conf/${device}/forwarding = ${forwarding}`,
    `net/ipv4/conf/${device}/rp_filter = 0`,
  ]);
  add(`${folder}/sysctl`, `net/ipv4/ip_forward = ${forwarding}\n${sysctls.join('\n')}\n`);
  for (const tool of ['iptables-legacy-save', 'ip6tables-legacy-save', 'ip6tables-nft-save', 'ipset-save', 'conntrack'])
    add(`${folder}/${tool}`, '');
  add(`${folder}/iptables-nft-save`, save);
  add(`${folder}/nft`, nft);
}

function addressInfo([local, prefixlen]) {
  return { family: 'inet', local, prefixlen, scope: local.startsWith('127.') ? 'host' : 'global' };
}

function kernelRoutes(dev, ip, length) {
  const network = ip
    .split('.')
    .map((part, i) => (i < length / 8 ? part : 0))
    .join('.');
  const own = { protocol: 'kernel', prefsrc: ip, dev, flags: [] };
  const local = { ...own, type: 'local', dst: dev === 'lo' ? `${network}/${length}` : ip, table: 'local', scope: 'host' };
  return dev === 'lo' ? [local] : [local, { ...own, type: 'unicast', dst: `${network}/${length}`, table: 'main', scope: 'link' }];
}
