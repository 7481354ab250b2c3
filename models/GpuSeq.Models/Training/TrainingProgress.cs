namespace GpuSeq.Models;

/// <summary>Where training is.</summary>
/// <param name="Step">Steps that were made.</param>
/// <param name="TotalSteps">Steps that all epochs have, or fewer where a limit says so.</param>
/// <param name="Epoch">Passes over the data, with a fraction.</param>
/// <param name="Loss">The mean loss since the last report.</param>
/// <param name="ItemsPerSecond">Items learned from in a second since the last report.</param>
/// <param name="Share">How much of the training is done, from 0 to 1, by the limit that comes first.</param>
/// <param name="Remaining">The time that is left at this pace.</param>
/// <param name="Evaluation">Set when the model was just measured.</param>
/// <param name="IsBest">Whether that was the best so far.</param>
public sealed record TrainingProgress(
    int Step, int TotalSteps, double Epoch, double Loss, double ItemsPerSecond, double Share, TimeSpan Remaining,
    Evaluation? Evaluation = null, bool IsBest = false);

/// <summary>What came of a training.</summary>
/// <param name="Steps">Steps that were made, over all sittings.</param>
/// <param name="Evaluation">The measure of the last parameters; null when it was interrupted.</param>
/// <param name="BestLoss">The validation loss of the best model, which lies in the run folder.</param>
/// <param name="Best">Its measure by the goal of the training, such as its accuracy.</param>
/// <param name="ItemsPerSecond">Over this sitting, evaluations left out.</param>
/// <param name="IsInterrupted">Whether it was cancelled and can be resumed.</param>
/// <param name="Replays">How many batches of this sitting were replays of recorded steps.</param>
public sealed record TrainingResult(
    int Steps, Evaluation? Evaluation, double BestLoss, double Best, double ItemsPerSecond, bool IsInterrupted, long Replays);

/// <summary>Training cannot go on.</summary>
/// <param name="message">What happened, at which step.</param>
public sealed class TrainingException(string message) : Exception(message);
