using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Workflows;

internal sealed class LintWorkflowHandler(DefinitionDesk desk) : IRequestHandler<LintWorkflow, Result<WorkflowProblems>>
{
    public Task<Result<WorkflowProblems>> Handle(LintWorkflow request, CancellationToken cancellationToken)
    {
        try
        {
            var document = ElsaDocument.Normal(DefinitionReader.Read(JsonSerializer.SerializeToUtf8Bytes(request.Definition)).Document).ToJsonString();
            return Task.FromResult<Result<WorkflowProblems>>(new WorkflowProblems([.. desk.Problems(document).Select(p => new WorkflowProblem(p.Code, p.IsError ? "error" : "warning", p.ActivityId, p.Message))]));
        }
        catch (Exception e) when (e is DefinitionException or JsonException or ArgumentException or InvalidOperationException)
        {
            return Task.FromResult<Result<WorkflowProblems>>(DefinitionRefusals.Unreadable(e is DefinitionException ? e.Message : "The definition cannot be read; see what the designer posts."));
        }
    }
}
