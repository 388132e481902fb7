using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Puts the sandbox ERP under orders to misbehave, in place of those it is under. Only where a stranger may try the product.</summary>
[Needs("integration.replay"), AsksDatabase]
internal sealed record TellSandbox(IReadOnlyList<Misbehaviour> Orders) : IRequest<Result<int>>;

internal sealed class TellSandboxValidator : AbstractValidator<TellSandbox>
{
    private static readonly string[] Kinds = ["slow", "refuse", "lose", "post_and_lose", "fail_after_posting"];

    public TellSandboxValidator()
    {
        RuleFor(r => r.Orders).Must(o => o is { Count: <= 100 } && o.All(x => x is not null)).WithErrorCode("integration.orders").WithMessage("Up to 100 orders; none makes it honest.");
        RuleForEach(r => r.Orders).ChildRules(o =>
        {
            o.RuleFor(x => x.Kind).Must(k => Kinds.Contains(k)).WithErrorCode("integration.misbehaviour").WithMessage($"One of {string.Join(", ", Kinds)}.");
            o.RuleFor(x => x.Rate).InclusiveBetween(0, 1).WithErrorCode("integration.rate");
            o.RuleFor(x => x.Documents).GreaterThan(0).WithErrorCode("integration.documents");
            o.RuleFor(x => x.Times).GreaterThan(0).WithErrorCode("integration.times");
            o.RuleFor(x => x.DelayMs).InclusiveBetween(0, 600_000).WithErrorCode("integration.delay");
            o.RuleFor(x => x.Words).NotEmpty().When(x => x.Kind == "refuse").WithErrorCode("integration.words").WithMessage("What does it say?");
        });
    }
}

internal sealed class TellSandboxHandler(SandboxErp sandbox, SecurityPosture? posture = null) : IRequestHandler<TellSandbox, Result<int>>
{
    public async Task<Result<int>> Handle(TellSandbox request, CancellationToken ct)
    {
        if (posture is not { IsDemo: true })
        {
            return Refusal.NotFound("integration.no-sandbox", "The sandbox takes orders in the Demo only.");
        }

        // Another machine's table: it is told at once, whatever becomes of the caller's transaction.
        await sandbox.Mischief.Order(request.Orders, ct);
        return request.Orders.Count;
    }
}
