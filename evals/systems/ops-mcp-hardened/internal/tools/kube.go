package tools

import (
	"context"
	"fmt"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

// Kube works in namespaces that are labelled for it.
type Kube struct {
	Client kubernetes.Interface
}

func (k Kube) allowed(ctx context.Context, namespace string) error {
	ns, err := k.Client.CoreV1().Namespaces().Get(ctx, namespace, metav1.GetOptions{})
	if err != nil {
		return err
	}
	if ns.Labels["ops-mcp"] != "allowed" {
		return fmt.Errorf("namespace %s is not open to ops-mcp", namespace)
	}
	return nil
}

type logsArgs struct {
	Namespace string `json:"namespace"`
	Pod       string `json:"pod"`
	Minutes   int    `json:"minutes,omitempty" jsonschema:"how far back, 15 if left out"`
}

func (k Kube) podLogs(ctx context.Context, req *mcp.CallToolRequest, args logsArgs) (*mcp.CallToolResult, any, error) {
	if err := k.allowed(ctx, args.Namespace); err != nil {
		return nil, nil, err
	}
	if args.Minutes < 1 || args.Minutes > 240 {
		args.Minutes = 15
	}
	seconds, lines, bytes := int64(args.Minutes*60), int64(500), int64(64<<10)
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	raw, err := k.Client.CoreV1().Pods(args.Namespace).GetLogs(args.Pod, &corev1.PodLogOptions{
		SinceSeconds: &seconds, TailLines: &lines, LimitBytes: &bytes,
	}).DoRaw(ctx)
	if err != nil {
		return nil, nil, err
	}
	return text(string(raw)), nil, nil
}

type deploymentArgs struct {
	Namespace  string `json:"namespace"`
	Deployment string `json:"deployment"`
	Why        string `json:"why" jsonschema:"what this is expected to mend"`
}

func (k Kube) restart(ctx context.Context, req *mcp.CallToolRequest, args deploymentArgs) (*mcp.CallToolResult, any, error) {
	if err := k.allowed(ctx, args.Namespace); err != nil {
		return nil, nil, err
	}
	patch := fmt.Sprintf(`{"spec":{"template":{"metadata":{"annotations":{"ops-mcp/restarted":%q}}}}}`, time.Now().Format(time.RFC3339))
	_, err := k.Client.AppsV1().Deployments(args.Namespace).Patch(ctx, args.Deployment, types.StrategicMergePatchType, []byte(patch), metav1.PatchOptions{})
	if err != nil {
		return nil, nil, err
	}
	return text("restarting"), nil, nil
}

type scaleArgs struct {
	deploymentArgs
	Replicas int32 `json:"replicas" jsonschema:"1 to 20"`
}

func (k Kube) scale(ctx context.Context, req *mcp.CallToolRequest, args scaleArgs) (*mcp.CallToolResult, any, error) {
	if err := k.allowed(ctx, args.Namespace); err != nil {
		return nil, nil, err
	}
	if args.Replicas < 1 || args.Replicas > 20 {
		return nil, nil, fmt.Errorf("1 to 20 replicas")
	}
	s, err := k.Client.AppsV1().Deployments(args.Namespace).GetScale(ctx, args.Deployment, metav1.GetOptions{})
	if err != nil {
		return nil, nil, err
	}
	s.Spec.Replicas = args.Replicas
	if _, err := k.Client.AppsV1().Deployments(args.Namespace).UpdateScale(ctx, args.Deployment, s, metav1.UpdateOptions{}); err != nil {
		return nil, nil, err
	}
	return text(fmt.Sprintf("scaled to %d", args.Replicas)), nil, nil
}
