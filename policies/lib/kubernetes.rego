# The Kubernetes version that is decided for.
package policies.lib.kubernetes

# 37 stands for Kubernetes 1.37: minors are compared as numbers, since "1.9" > "1.10".
minor := to_number(split(data.portcullis.kubernetesVersion, ".")[1])
