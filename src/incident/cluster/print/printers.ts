import type { ResourceType } from "../resource-types.ts";
import { bindingPrinter, webhookPrinter } from "./access.ts";
import { autoscalerPrinter } from "./autoscaler.ts";
import * as core from "./core.ts";
import { definedPrinter } from "./custom-columns.ts";
import { customPrinter, plainPrinter } from "./generic.ts";
import * as network from "./network.ts";
import { podPrinter } from "./pod.ts";
import type { Printer } from "./printer.ts";
import * as server from "./server-kinds.ts";
import * as storage from "./storage.ts";
import * as workloads from "./workloads.ts";

const printers: ReadonlyMap<string, Printer> = new Map([
  ["/pods", podPrinter],
  ["/configmaps", core.configMapPrinter],
  ["/endpoints", network.endpointsPrinter],
  ["/events", core.eventPrinter],
  ["events.k8s.io/events", core.eventPrinter],
  ["/namespaces", core.namespacePrinter],
  ["/nodes", core.nodePrinter],
  ["/persistentvolumeclaims", storage.claimPrinter],
  ["/persistentvolumes", storage.volumePrinter],
  ["/replicationcontrollers", workloads.replicationControllerPrinter],
  ["/resourcequotas", core.resourceQuotaPrinter],
  ["/secrets", core.secretPrinter],
  ["/serviceaccounts", core.serviceAccountPrinter],
  ["/services", network.servicePrinter],
  ["apps/controllerrevisions", workloads.controllerRevisionPrinter],
  ["apps/daemonsets", workloads.daemonSetPrinter],
  ["apps/deployments", workloads.deploymentPrinter],
  ["apps/replicasets", workloads.replicaSetPrinter],
  ["apps/statefulsets", workloads.statefulSetPrinter],
  ["autoscaling/horizontalpodautoscalers", autoscalerPrinter],
  ["batch/cronjobs", workloads.cronJobPrinter],
  ["batch/jobs", workloads.jobPrinter],
  ["networking.k8s.io/ingressclasses", network.ingressClassPrinter],
  ["networking.k8s.io/ingresses", network.ingressPrinter],
  ["networking.k8s.io/networkpolicies", network.networkPolicyPrinter],
  ["policy/poddisruptionbudgets", workloads.podDisruptionBudgetPrinter],
  ["rbac.authorization.k8s.io/clusterrolebindings", bindingPrinter],
  ["rbac.authorization.k8s.io/rolebindings", bindingPrinter],
  ["storage.k8s.io/storageclasses", storage.storageClassPrinter],
  ["admissionregistration.k8s.io/mutatingwebhookconfigurations", webhookPrinter],
  ["admissionregistration.k8s.io/validatingwebhookconfigurations", webhookPrinter],
  ["scheduling.k8s.io/priorityclasses", core.priorityClassPrinter],
  ["coordination.k8s.io/leases", core.leasePrinter],
  ["discovery.k8s.io/endpointslices", network.endpointSlicePrinter],
  ["/componentstatuses", server.componentStatusPrinter],
  ["/podtemplates", server.podTemplatePrinter],
  ["apiregistration.k8s.io/apiservices", server.apiServicePrinter],
  ["node.k8s.io/runtimeclasses", server.runtimeClassPrinter],
  ["storage.k8s.io/csidrivers", server.csiDriverPrinter],
  ["storage.k8s.io/csinodes", server.csiNodePrinter],
  ["storage.k8s.io/volumeattachments", server.volumeAttachmentPrinter],
  ["storage.k8s.io/volumeattributesclasses", server.volumeAttributesPrinter],
  ["certificates.k8s.io/certificatesigningrequests", server.signingRequestPrinter],
  ["flowcontrol.apiserver.k8s.io/flowschemas", server.flowSchemaPrinter],
  ["flowcontrol.apiserver.k8s.io/prioritylevelconfigurations", server.priorityLevelPrinter],
  ["admissionregistration.k8s.io/validatingadmissionpolicies", server.admissionPolicyPrinter],
  ["admissionregistration.k8s.io/validatingadmissionpolicybindings", server.admissionBindingPrinter],
  ["networking.k8s.io/ipaddresses", server.ipAddressPrinter],
  ["networking.k8s.io/servicecidrs", server.serviceCidrPrinter],
]);

export function printerOf(type: ResourceType): Printer {
  const own = printers.get(`${type.group}/${type.resource}`);
  if (own !== undefined && type.builtIn) return own;
  if (type.builtIn) return plainPrinter;
  return type.columns === undefined || type.columns.length === 0 ? customPrinter : definedPrinter(type.columns);
}
