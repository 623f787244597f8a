"""The files below deploy fit each other, and keep what no schema knows."""

import pathlib
import tomllib
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
# Tools that only look, of kagent's tool server. Any other changes the cluster.
READS = {
    "istio_analyze_cluster_configuration",
    "istio_generate_waypoint",
    "istio_list_waypoints",
    "istio_proxy_config",
    "istio_proxy_status",
    "istio_remote_clusters",
    "istio_version",
    "istio_waypoint_status",
    "istio_ztunnel_config",
    "k8s_describe_resource",
    "k8s_get_available_api_resources",
    "k8s_get_events",
    "k8s_get_pod_logs",
    "k8s_get_resource_yaml",
    "k8s_get_resources",
}


def load(*path):
    documents = yaml.safe_load_all(pathlib.Path(DEPLOY, *path).read_text())
    return {document["kind"]: document for document in documents}


def agents():
    files = sorted((DEPLOY / "manifests/agents").glob("*.yaml"))
    return [load(path)["Agent"] for path in files]


def urls(config):
    return [agent["url"] for agent in tomllib.loads(config)["agents"].values()]


class Agents(unittest.TestCase):
    def test_a_tool_that_changes_something_needs_approval(self):
        for agent in agents():
            for tool in agent["spec"]["declarative"]["tools"]:
                server = tool["mcpServer"]
                names, approved = set(server["toolNames"]), set(server.get("requireApproval", []))
                reads = {n for n in names if n in READS or n.startswith("kubescape_")}
                with self.subTest(agent=agent["metadata"]["name"]):
                    self.assertEqual(names - reads, approved)

    def test_each_shows_people_what_it_can_do(self):
        self.assertEqual(len(agents()), 3)
        for agent in agents():
            skills = agent["spec"]["declarative"]["a2aConfig"]["skills"]
            for skill in skills:
                with self.subTest(agent=agent["metadata"]["name"], skill=skill["id"]):
                    self.assertTrue(skill["description"] and skill["tags"] and skill["examples"])

    def test_the_production_config_reaches_each_of_them(self):
        config = load("manifests/switchboard/configmap.yaml")["ConfigMap"]["data"]
        names = [agent["metadata"]["name"] for agent in agents()]
        base = "http://kagent-controller.kagent:8083/api/a2a/kagent"
        reached = urls(config["switchboard.toml"])
        self.assertEqual(sorted(reached), sorted(f"{base}/{name}/" for name in names))


class Gateway(unittest.TestCase):
    def setUp(self):
        self.objects = load("agentgateway/agentgateway.yaml")
        text = self.objects["ConfigMap"]["data"]["config.yaml"]
        [self.bind] = yaml.safe_load(text)["binds"]
        [self.route] = self.bind["listeners"][0]["routes"]
        values = pathlib.Path(DEPLOY, "agentgateway/switchboard-values.yaml").read_text()
        self.values = yaml.safe_load(values)

    def test_switchboard_calls_what_the_gateway_routes(self):
        [url] = urls(self.values["config"])
        service = self.objects["Service"]
        port = service["spec"]["ports"][0]["port"]
        path = self.route["matches"][0]["path"]["pathPrefix"]
        host = f"{service['metadata']['name']}.{service['metadata']['namespace']}"
        self.assertTrue(url.startswith(f"http://{host}:{port}{path}"), url)

    def test_the_network_policy_lets_switchboard_reach_the_gateway(self):
        [peer] = self.values["networkPolicy"]["agents"]
        template = self.objects["Deployment"]["spec"]["template"]
        self.assertEqual(peer["podLabels"], template["metadata"]["labels"])
        self.assertEqual(peer["port"], template["spec"]["containers"][0]["ports"][0]["containerPort"])
        self.assertEqual(peer["port"], self.bind["port"])

    def test_the_key_is_asked_for_and_sent(self):
        keys = self.route["policies"]["apiKey"]
        [variable] = self.objects["Deployment"]["spec"]["template"]["spec"]["containers"][0]["env"]
        self.assertEqual(keys["mode"], "strict")
        self.assertEqual(keys["keys"], [{"key": f"${variable['name']}"}])
        [mount] = self.values["secretFiles"]
        header = tomllib.loads(self.values["config"])["agents"]["k8s"]["headers"]["Authorization"]
        key = variable["valueFrom"]["secretKeyRef"]["key"]
        self.assertEqual(header, {"file": f"{mount['mountPath']}/{key}", "prefix": "Bearer "})

    def test_nothing_cuts_a_long_stream(self):
        self.assertNotIn("timeouts", self.route["policies"])


class Network(unittest.TestCase):
    def setUp(self):
        self.spec = load("manifests/switchboard/networkpolicy.yaml")["NetworkPolicy"]["spec"]

    def ways(self):
        """Each way out: the namespace or the blocks, the pods, and the ports."""
        for rule in self.spec["egress"]:
            ports = sorted((port["protocol"], port["port"]) for port in rule["ports"])
            for to in rule["to"]:
                namespace = to.get("namespaceSelector", {}).get("matchLabels", {})
                where = namespace.get("kubernetes.io/metadata.name") or to["ipBlock"]["cidr"]
                yield where, to.get("podSelector", {}).get("matchLabels"), ports

    def test_it_lets_through_what_is_needed_and_nothing_else(self):
        ways = list(self.ways())
        dns = [("TCP", 53), ("UDP", 53)]
        self.assertIn(("kube-system", {"k8s-app": "kube-dns"}, dns), ways)
        controller = {"app.kubernetes.io/component": "controller"}
        self.assertIn(("kagent", controller, [("TCP", 8083)]), ways)
        telegram = [way for way in ways if way[0] not in ("kube-system", "kagent")]
        self.assertIn("149.154.160.0/20", [way[0] for way in telegram])
        for where, _, ports in telegram:
            self.assertEqual(ports, [("TCP", 443)], where)
        self.assertEqual(len(ways), len(telegram) + 2)

    def test_only_monitoring_reaches_the_operations_port(self):
        [rule] = self.spec["ingress"]
        [peer] = rule["from"]
        self.assertEqual(peer["namespaceSelector"]["matchLabels"], {"kubernetes.io/metadata.name": "monitoring"})
        self.assertEqual([port["port"] for port in rule["ports"]], ["ops"])
        self.assertEqual(sorted(self.spec["policyTypes"]), ["Egress", "Ingress"])


class Pod(unittest.TestCase):
    def setUp(self):
        self.spec = load("manifests/switchboard/deployment.yaml")["Deployment"]["spec"]
        self.pod = self.spec["template"]["spec"]
        [self.container] = self.pod["containers"]

    def test_there_is_never_a_second_one(self):
        self.assertEqual((self.spec["replicas"], self.spec["strategy"]), (1, {"type": "Recreate"}))

    def test_it_may_do_nothing_that_it_does_not_need(self):
        mine = self.container["securityContext"]
        self.assertTrue(self.pod["securityContext"]["runAsNonRoot"])
        self.assertTrue(mine["readOnlyRootFilesystem"])
        self.assertFalse(mine["allowPrivilegeEscalation"])
        self.assertEqual(mine["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(self.pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        self.assertFalse(self.pod["automountServiceAccountToken"])

    def test_it_is_the_user_of_the_image_and_its_volume_is_that_users(self):
        dockerfile = (ROOT / "Dockerfile").read_text()
        [user] = [line.split()[1] for line in dockerfile.splitlines() if line.startswith("USER ")]
        context = self.pod["securityContext"]
        ids = [context[key] for key in ("runAsUser", "runAsGroup", "fsGroup")]
        self.assertEqual([str(i) for i in ids], [*user.split(":"), user.split(":")[1]])

    def test_the_configuration_is_a_directory_so_that_a_change_arrives(self):
        [mount] = [m for m in self.container["volumeMounts"] if m["name"] == "config"]
        path = pathlib.Path(self.container["args"][-1])
        self.assertEqual(mount["mountPath"], str(path.parent))
        self.assertNotIn("subPath", mount)
        [volume] = [v for v in self.pod["volumes"] if v["name"] == "config"]
        self.assertNotIn("items", volume["configMap"])

    def test_each_probe_asks_the_operations_port(self):
        [port] = self.container["ports"]
        asked = {}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked[probe] = self.container[probe]["httpGet"]
            self.assertEqual(asked[probe]["port"], port["name"])
        paths = [asked[probe]["path"] for probe in sorted(asked)]
        self.assertEqual(paths, ["/livez", "/readyz", "/livez"])
        env = {e["name"]: e["value"] for e in self.container["env"]}
        self.assertTrue(env["SWITCHBOARD__OPS__LISTEN"].endswith(f":{port['containerPort']}"))
        # It answers within 2 s that an actor does not.
        self.assertGreater(min(self.container[p]["timeoutSeconds"] for p in asked), 2)

    def test_it_is_given_longer_to_stop_than_it_takes(self):
        self.assertGreater(self.pod["terminationGracePeriodSeconds"], 20)

    def test_what_the_environment_names_is_mounted(self):
        env = {e["name"]: e["value"] for e in self.container["env"]}
        mounts = {m["mountPath"]: m["name"] for m in self.container["volumeMounts"]}
        volumes = {v["name"]: v for v in self.pod["volumes"]}
        token = env["SWITCHBOARD__TELEGRAM__TOKEN_FILE"]
        files = volumes[mounts[str(pathlib.Path(token).parent)]]["secret"]["items"]
        self.assertEqual([f["path"] for f in files], [pathlib.Path(token).name])
        store = env["SWITCHBOARD__STORE__URL"].removeprefix("sqlite://")
        self.assertIn("persistentVolumeClaim", volumes[mounts[str(pathlib.Path(store).parent)]])

    def test_the_pod_that_copies_the_store_mounts_the_same_one_as_the_same_user(self):
        pod = load("store-pod.yaml")["Pod"]["spec"]
        claim = load("manifests/switchboard/persistentvolumeclaim.yaml")["PersistentVolumeClaim"]
        self.assertEqual(pod["securityContext"], self.pod["securityContext"])
        self.assertEqual(pod["containers"][0]["securityContext"], self.container["securityContext"])
        [volume] = pod["volumes"]
        mine = next(v for v in self.pod["volumes"] if v["name"] == "data")
        self.assertEqual(volume, mine)
        self.assertEqual(volume["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"])

    def test_the_token_comes_from_vault(self):
        external = load("manifests/switchboard/externalsecret.yaml")["ExternalSecret"]["spec"]
        [data] = external["data"]
        self.assertEqual(data["remoteRef"], {"key": "secret/telegram", "property": "api_key"})
        token = next(v["secret"] for v in self.pod["volumes"] if v["name"] == "token")
        self.assertEqual(token["secretName"], external["target"]["name"])
        self.assertEqual(token["items"][0]["key"], data["secretKey"])

    def test_chart_and_program_have_one_version(self):
        chart = yaml.safe_load((DEPLOY / "chart/Chart.yaml").read_text())
        cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())
        version = cargo["workspace"]["package"]["version"]
        self.assertEqual((chart["version"], chart["appVersion"]), (version, version))
        self.assertTrue(self.container["image"].endswith(f":{version}"))


if __name__ == "__main__":
    unittest.main()
