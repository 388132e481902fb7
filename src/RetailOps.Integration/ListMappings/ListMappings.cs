using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListMappingsValidator : AbstractValidator<ListMappings>
{
    public ListMappingsValidator()
    {
        RuleFor(r => r.Kind).Must(k => k is null || TrytonKinds.All.Any(x => x.Name == k)).WithErrorCode("integration.mapping-kind").WithMessage($"One of {string.Join(", ", TrytonKinds.All.Select(k => k.Name))}.");
        RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
    }
}

internal sealed class ListMappingsHandler(UnitOfWork work, TrytonRecords? records = null) : IRequestHandler<ListMappings, Result<IReadOnlyList<MappingView>>>
{
    /// <summary>So many of the documents that are under way or were refused are looked at, the oldest first.</summary>
    private const int Documents = 1_000;

    public async Task<Result<IReadOnlyList<MappingView>>> Handle(ListMappings request, CancellationToken ct)
    {
        if (records is null)
        {
            return Array.Empty<MappingView>();
        }

        var integration = await work.Join<IntegrationDbContext>(ct);
        var set = await integration.Mappings.AsNoTracking().Select(m => new { m.Kind, m.Code }).ToListAsync(ct);
        var waiting = await integration.Postings.AsNoTracking().Where(p => p.Status == PostingStatus.Requested || p.Status == PostingStatus.Refused).OrderBy(p => p.RequestedAt).Take(Documents).ToListAsync(ct);
        var words = TrytonKinds.Usual.Keys.Concat(set.Select(m => (m.Kind, m.Code))).Concat(waiting.SelectMany(p => TrytonBook.WordsOf(p.Content()))).ToHashSet();
        var mapped = await records.Mapped(words, ct);
        var known = await records.Known([.. words.Select(w => (w.Kind, mapped.GetValueOrDefault(w) ?? TrytonKinds.UsualOf(w.Kind, w.Code)))], ct);
        words.UnionWith(known.Values.Where(r => r is { Kind: TrytonKinds.Tax, Facts.Rate: not null }).Select(r => (r.Kind, TrytonKinds.Percent(r.Facts.Rate!.Value))));
        return words.Where(w => request.Kind is null || w.Kind == request.Kind)
            .Select(w => MappingViews.Of(w.Kind, w.Code, mapped, known))
            .Where(v => !request.OnlyGaps || v.Gap is not null)
            .OrderBy(v => v.Key, StringComparer.Ordinal)
            .SkipWhile(v => request.After is { } after && string.CompareOrdinal(v.Key, after) <= 0)
            .Take(request.Limit)
            .ToList();
    }
}
