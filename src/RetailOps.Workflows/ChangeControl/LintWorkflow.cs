using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Workflows;

internal sealed class LintWorkflowHandler(DefinitionDesk desk) : IRequestHandler<LintWorkflow, Result<WorkflowProblems>>
{
    public async Task<Result<WorkflowProblems>> Handle(LintWorkflow request, CancellationToken cancellationToken)
    {
        try
        {
            var document = ElsaDocument.Normal(DefinitionReader.Read(JsonSerializer.SerializeToUtf8Bytes(request.Definition)).Document).ToJsonString();
            return new WorkflowProblems([.. (await desk.Problems(document, cancellationToken)).Select(p => new WorkflowProblem(p.Code, p.IsError ? "error" : "warning", p.ActivityId, p.Message))]);
        }
        catch (Exception e) when (e is DefinitionException or JsonException or ArgumentException or InvalidOperationException)
        {
            return DefinitionRefusals.Unreadable(e is DefinitionException ? e.Message : "The definition cannot be read; see what the designer posts.");
        }
    }
}
