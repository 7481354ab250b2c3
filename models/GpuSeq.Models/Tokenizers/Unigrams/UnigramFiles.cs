namespace GpuSeq.Models;

internal static class UnigramFiles
{
    public const string Type = "Unigram";
}
