using Microsoft.EntityFrameworkCore;

namespace RetailOps.Platform;

/// <summary>The accounts. A context of its own: sign-in is no part of any module's transaction.</summary>
internal sealed class PeopleDbContext(DbContextOptions<PeopleDbContext> options, Database database) : DbContext(options)
{
    public DbSet<Person> People => Set<Person>();

    protected override void OnConfiguring(DbContextOptionsBuilder optionsBuilder) => optionsBuilder.UseNpgsql(database.Requests);

    protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.ApplyConfiguration(new PersonConfiguration());
}
