using System.Net.Sockets;

using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform.Tests;

public enum ProbeMood
{
    Granted,
    Malformed,
    NotFound,
    Conflict,
    Rule,
    Stale,
    Broken,
    Unavailable,
}

[Needs("orders.place")]
public sealed record Probe(string Text, ProbeMood Mood = ProbeMood.Granted, int Number = 1, Money? Price = null, IReadOnlyList<ProbeLine>? Lines = null) : IRequest<Result<ProbeAnswer>>;

public sealed record ProbeLine(Sku Sku, int Quantity);

public sealed record ProbeAnswer(Guid Id, string Text, int Revision);

[Needs("people.write")]
public sealed record ProbeNobodyMay : IRequest<Result<ProbeAnswer>>;

internal sealed class ProbeValidator : AbstractValidator<Probe>
{
    public ProbeValidator() => RuleFor(p => p.Number).GreaterThan(0).WithErrorCode("probe.number");
}

internal sealed class ProbeHandler : IRequestHandler<Probe, Result<ProbeAnswer>>, IRequestHandler<ProbeNobodyMay, Result<ProbeAnswer>>
{
    public const string Secret = "a secret of the inside";

    public Task<Result<ProbeAnswer>> Handle(Probe request, CancellationToken cancellationToken) => Task.FromResult<Result<ProbeAnswer>>(request.Mood switch
    {
        ProbeMood.Granted => new ProbeAnswer(Guid.CreateVersion7(), request.Text, 3),
        ProbeMood.Malformed => Refusal.Malformed("probe.malformed", "No."),
        ProbeMood.NotFound => Refusal.NotFound("probe.unknown", "No."),
        ProbeMood.Conflict => Refusal.Conflict("probe.taken", "No.", new { Sku = new Sku("lamp-01"), Missing = 2 }),
        ProbeMood.Rule => Refusal.Rule("probe.rule", "No."),
        ProbeMood.Stale => Revision.StaleRefusal(),
        ProbeMood.Unavailable => throw new NpgsqlException(Secret, new SocketException(111)),
        _ => throw new InvalidOperationException(Secret),
    });

    public Task<Result<ProbeAnswer>> Handle(ProbeNobodyMay request, CancellationToken cancellationToken) => throw new InvalidOperationException(Secret);
}
