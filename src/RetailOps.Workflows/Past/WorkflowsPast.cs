using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Decisions of a history: what the tables that rule now say.</summary>
internal sealed class WorkflowsPast(GovernedDocuments documents) : IPastRoom
{
    private readonly Decisions decisions = new(documents);

    public void Open(PastWork past) => past.On<Decide, DecisionResult>(request =>
    {
        var decision = decisions.Evaluate(request.Table, request.Inputs);
        past.Raise(new DecisionMade(past.NewId(), past.Now, request.DecisionId, request.Key, decision.Table, decision.Version, decision.Rows, decision.Result.GetRawText()));
        return decision;
    });
}
