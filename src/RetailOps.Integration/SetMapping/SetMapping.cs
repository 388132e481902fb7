using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class SetMappingValidator : AbstractValidator<SetMapping>
{
    public SetMappingValidator()
    {
        RuleFor(r => r.Kind).Must(k => TrytonKinds.All.Any(x => x.Name == k)).WithErrorCode("integration.mapping-kind").WithMessage($"One of {string.Join(", ", TrytonKinds.All.Select(k => k.Name))}.");
        RuleFor(r => r.Code).Must(c => c is { Length: > 0 and <= 128 }).WithErrorCode("integration.mapping-code").WithMessage("1 to 128 characters.");
        RuleFor(r => r.Target).Must(t => t is null or { Length: > 0 and <= 128 }).WithErrorCode("integration.mapping-target").WithMessage("1 to 128 characters, or left out.");
    }
}

internal sealed class SetMappingHandler(UnitOfWork work, TrytonRecords? records = null) : IRequestHandler<SetMapping, Result<MappingView>>
{
    public async Task<Result<MappingView>> Handle(SetMapping request, CancellationToken ct)
    {
        if (records is null)
        {
            return Refusal.Conflict("integration.no-records", "The ERP that serves has no records to point to; set RETAILOPS_ERP to one that has.");
        }

        var mappings = (await work.Join<IntegrationDbContext>(ct)).Mappings;
        var target = request.Target ?? TrytonKinds.UsualOf(request.Kind, request.Code);
        var mapping = await mappings.FindAsync([request.Kind, request.Code], ct);
        if (mapping is null)
        {
            mapping = Mapping.Usual(request.Kind, request.Code);
            if (target != mapping.Target)
            {
                mappings.Add(mapping);
            }
        }

        if (target != mapping.Target)
        {
            work.Raise(mapping, mapping.Set(target, work.Now));
        }

        var word = (request.Kind, request.Code);
        return MappingViews.Of(request.Kind, request.Code, new Dictionary<(string, string), string> { [word] = target }, await records.Known([(request.Kind, target)], ct));
    }
}
